import type { LayerThing, Thing } from "../check/things.ts";
import type { Seen } from "../check/trace.ts";
import { positionOf } from "../diagnostics/source.ts";
import type { Box } from "./drawing.ts";

/** Paths of a model's layers and names, as places in a tree. */
export class Paths {
  readonly #seen: Seen;
  readonly #encoders: ReadonlyMap<string, LayerThing>;

  constructor(seen: Seen, encoders: ReadonlyMap<string, LayerThing>) {
    this.#seen = seen;
    this.#encoders = encoders;
  }

  #thing(path: string): Thing | undefined {
    return this.#encoders.get(path) ?? this.#seen.definitions.get(path)?.thing;
  }

  /** A path and those around it, outermost first; the items of a list stand in one of the list's name. */
  stepsOf(path: string): readonly string[] {
    const steps: string[] = [];
    let at = "";
    for (const part of path.split(".")) {
      const bare = part.replace(/\[.*$/, "");
      const list = at === "" ? bare : `${at}.${bare}`;
      at = at === "" ? part : `${at}.${part}`;
      // `linear[0]` and `linear[1]` of one expression are no list: other layers may stand between them.
      if (part !== bare && itemsOf(this.#thing(list)) !== undefined) steps.push(list);
      steps.push(at);
    }
    return steps;
  }

  /** What stands there, such as `vit` or `12 × vit_block`; empty where its name says that. */
  moduleAt(path: string): string {
    const own = this.#thing(path);
    if (own !== undefined) return kindOf(own);
    const item = /^(.*)\[(\d+)\]$/.exec(path);
    const list = item?.[1] === undefined ? undefined : itemsOf(this.#thing(item[1]));
    const thing = list?.[Number(item?.[2])];
    return thing === undefined ? "" : kindOf(thing);
  }

  /** Where the text says it: the definition of the name, or the expression that the layer stands in. */
  placeOf(path: string): Box["place"] {
    const { definitions, results } = this.#seen;
    for (let at = path; at !== ""; at = at.includes(".") ? at.slice(0, at.lastIndexOf(".")) : "") {
      const bare = at.replace(/\[\d+\]$/, "");
      const found = definitions.get(at) ?? definitions.get(bare) ?? (at === path ? undefined : results.get(at));
      if (found === undefined) continue;
      const { source, start } = found.span;
      return { file: source.name, line: positionOf(source, start).line };
    }
    return undefined;
  }
}

/** The last name of a path, with its place in a list. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function itemsOf(thing: Thing | undefined): readonly Thing[] | undefined {
  if (thing?.kind === "list") return thing.items;
  return thing?.kind === "layer" && thing.of.kind === "sequence" ? thing.of.layers : undefined;
}

function kindOf(thing: Thing): string {
  if (thing.kind === "recipe") return thing.name;
  if (thing.kind === "layer" && thing.of.kind === "recipe") return thing.of.name;
  const items = itemsOf(thing) ?? [];
  const kinds = new Set(items.map(kindOf).filter((kind) => kind !== ""));
  return kinds.size === 0 ? "" : `${items.length} × ${[...kinds].join(" or ")}`;
}
