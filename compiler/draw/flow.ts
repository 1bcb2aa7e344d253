import type { CheckedStage } from "../check/check-stage.ts";
import type { Thing } from "../check/things.ts";
import { type Node, nodesReaching, type Value } from "../ir/graph.ts";

/** A value that goes from one place of a model to another. Places are paths, or of these forms. */
export interface Use {
  readonly value: Value;
  readonly from: string;
  readonly to: string;
}

export const fieldPlace = (name: string) => `field ${name}`;
export const featurePlace = (input: string) => `feature ${input}`;
export const lossPlace = (term: string) => `loss ${term}`;

export interface Flow {
  /** Every path that ops stand at, with their names, in an order in which values flow. */
  readonly ops: ReadonlyMap<string, readonly string[]>;
  readonly uses: readonly Use[];
  /** The place that makes each head's logits. */
  readonly heads: ReadonlyMap<string, string>;
}

/** What flows in a stage's model and from there into its loss; of the loss itself, each term is one place. */
export function flowOf({ built, loss }: CheckedStage): Flow {
  const { model, names } = built;
  const heads = [...model.heads].map(([task, { logits }]) => [task, logits.wire] as const);
  const made = [...heads.map(([, wire]) => wire), ...[...names.values()].flatMap(wiresOf)];
  const homes = new Map<Node, string>();
  for (const [name, { wire }] of model.fields)
    for (const node of nodesReaching([wire])) if (node.at === "") homes.set(node, fieldPlace(name));
  const ops = new Map<string, string[]>();
  const uses: Use[] = [];
  const use = (value: Value | undefined, to: string) => {
    const from = value === undefined ? undefined : placeOf(value, homes);
    if (value !== undefined && from !== undefined && from !== to) uses.push({ value, from, to });
  };
  for (const node of nodesReaching(made)) {
    const home = homes.get(node) ?? node.at;
    homes.set(node, home);
    if (home === node.at) ops.set(home, [...(ops.get(home) ?? []), node.op]);
    for (const input of node.inputs) use(input, home);
  }
  for (const [term, wire] of loss.terms) {
    use(wire, lossPlace(term));
    for (const node of nodesReaching([wire]))
      if (!homes.has(node)) for (const input of node.inputs) use(input, lossPlace(term));
  }
  const places = heads.map(([task, wire]) => [task, placeOf(wire, homes) ?? task] as const);
  return { ops, uses, heads: new Map(places) };
}

/** The place that a value comes from; none for weights, constants, labels and what else is not drawn. */
function placeOf({ source }: Value, homes: ReadonlyMap<Node, string>): string | undefined {
  if (source.kind === "node") return homes.get(source.node);
  if (source.kind !== "input") return undefined;
  if (source.role === "feature") return featurePlace(source.name);
  return source.role === "field" ? fieldPlace(source.name.replace(/\.present$/, "")) : undefined;
}

function wiresOf(thing: Thing): readonly Value[] {
  switch (thing.kind) {
    case "tensor":
      return [thing.wire];
    case "list":
    case "tuple":
      return thing.items.flatMap(wiresOf);
    case "map":
      return [...thing.entries.values()].flatMap(wiresOf);
    default:
      return [];
  }
}
