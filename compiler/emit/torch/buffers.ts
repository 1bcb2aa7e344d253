import type { Value } from "../../ir/graph.ts";
import { atom, type Python } from "../../ops/torch-text.ts";
import type { Constants } from "./constants.ts";
import { listed } from "./text.ts";

/** Constants of one class, as buffers that checkpoints leave out. */
export class Buffers {
  readonly lines: string[] = [];
  readonly #constants: Constants;
  readonly #known = new Map<string, Python>();

  constructor(constants: Constants) {
    this.#constants = constants;
  }

  known(value: Value): Python | undefined {
    const text = this.#constants.text(value)?.text;
    if (text === undefined) return undefined;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const name = this.#known.size === 0 ? "constant" : `constant_${this.#known.size + 1}`;
    this.lines.push(...listed("self.register_buffer(", [`"${name}"`, text, "persistent=False"], ")"));
    const made = atom(`self.${name}`);
    this.#known.set(text, made);
    return made;
  }
}
