import type { GraphBuilder } from "../ir/builder.ts";
import type { InputRole, Node, Value } from "../ir/graph.ts";
import { rewriteValues, sameLeaf } from "../ir/rewrite.ts";
import type { ModelBuild } from "./model-build.ts";

/** One of the passes that a stage with views sees a batch in (language rule 55). */
export interface ViewPass {
  readonly name: string;
  /** A value of the model as this pass makes it. */
  readonly of: (value: Value) => Value;
}

const own: ReadonlySet<InputRole> = new Set(["field", "feature", "label", "mask", "present", "seed"]);

/**
 * The passes of some views, in order. Each is the model over inputs of its own, `<view>/<input>`, with the same weights; running statistics
 * go from one to the next.
 */
export function viewPasses(model: ModelBuild, names: readonly string[]): readonly ViewPass[] {
  const passes: ViewPass[] = [];
  for (const name of names) {
    const previous = passes.at(-1);
    const known = madeBy(model.g, [...passes.map((pass) => pass.name), name]);
    const of = (value: Value) => {
      const before = known.get(value);
      if (before !== undefined) return before;
      const { at } = model.g;
      const rewritten = rewriteValues([value], model.g, undefined, (leaf, g) => leafOf(leaf, g, name, model, previous));
      model.g.at = at;
      const result = rewritten.get(value) ?? value;
      known.set(value, result);
      return result;
    };
    passes.push({ name, of });
  }
  return passes;
}

const made = new WeakMap<GraphBuilder, Map<string, Map<Value, Value>>>();

/** What the last of some passes has made of a model's values so far: many stages can have one model. */
function madeBy(g: GraphBuilder, names: readonly string[]): Map<Value, Value> {
  const key = names.join("/");
  const ofModel = made.get(g) ?? new Map<string, Map<Value, Value>>();
  const known = ofModel.get(key) ?? new Map<Value, Value>();
  made.set(g, ofModel.set(key, known));
  return known;
}

function leafOf(leaf: Value, g: GraphBuilder, view: string, model: ModelBuild, before: ViewPass | undefined): Value {
  const { source, type } = leaf;
  if (source.kind !== "input") return sameLeaf(leaf, g);
  if (own.has(source.role)) return g.input(source.role, `${view}/${source.name}`, type);
  const next = source.role === "state" ? model.states.get(source.name)?.next : undefined;
  return next === undefined || before === undefined ? leaf : before.of(next);
}

/** Values of several passes as the model makes them, whatever the view: what is said of layers is said of all passes. */
export function withoutViews(values: readonly Value[], g: GraphBuilder): ReadonlyMap<Value, Value> {
  return rewriteValues(
    values,
    g,
    (node, inputs) =>
      node.op === "batch_norm" ? g.apply(node.op, inputs.map(statisticsBefore), node.attributes) : undefined,
    (leaf) => {
      const { source, type } = leaf;
      if (source.kind !== "input" || !own.has(source.role)) return sameLeaf(leaf, g);
      return g.input(source.role, source.name.slice(source.name.indexOf("/") + 1), type);
    },
  );
}

/** Of statistics that an earlier pass has changed, those that it began with. */
function statisticsBefore(value: Value | undefined, place: number): Value | undefined {
  const from = (each: Value | undefined): Node | undefined =>
    each?.source.kind === "node" && each.source.node.op === "batch_norm" && each.source.output > 0
      ? each.source.node
      : undefined;
  let found = value;
  for (let node = from(found); node !== undefined; node = from(found)) found = node.inputs[place];
  return found;
}
