import type { Seen } from "../check/trace.ts";
import type { Value } from "../ir/graph.ts";
import type { Flow } from "./flow.ts";
import type { Paths } from "./paths.ts";
import { shapeText } from "./shape-text.ts";

/** Where the places of a model's flow stand in the drawing, and what each gives. */
export class Places {
  /** Paths that others stand below, each after the one around it. */
  readonly groups: readonly string[];
  readonly #flow: Flow;
  readonly #paths: Paths;
  readonly #shapes: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(flow: Flow, paths: Paths, seen: Seen) {
    this.#flow = flow;
    this.#paths = paths;
    this.groups = [...new Set([...flow.ops.keys()].flatMap((path) => paths.stepsOf(path).slice(0, -1)))];
    this.#shapes = this.#shapesOf(seen);
  }

  /** The box of a place; ops that stand at a group's own path have one of their own inside it. */
  boxAt(place: string): string {
    return this.groups.includes(place) ? `${place} itself` : place;
  }

  /** The groups that a place's box stands in, outermost first. */
  around(place: string): readonly string[] {
    if (!this.#flow.ops.has(place)) return [];
    const steps = this.#paths.stepsOf(place);
    return this.groups.includes(place) ? steps : steps.slice(0, -1);
  }

  /** Shapes of what a box or group gives to others. */
  shapesOf(id: string): readonly string[] {
    return [...(this.#shapes.get(id) ?? [])];
  }

  #shapesOf(seen: Seen): ReadonlyMap<string, ReadonlySet<string>> {
    const shapes = new Map<string, Set<string>>();
    const texts = new Map<Value, string>();
    for (const { value, from, to } of this.#flow.uses) {
      const inside = new Set([...this.around(to), this.boxAt(to)]);
      const text = texts.get(value) ?? shapeText(value, seen);
      texts.set(value, text);
      for (const id of [...this.around(from), this.boxAt(from)])
        if (!inside.has(id)) shapes.set(id, (shapes.get(id) ?? new Set()).add(text));
    }
    return shapes;
  }
}
