import type { GraphBuilder } from "../ir/builder.ts";
import { productOf } from "../ir/dim.ts";
import type { Node, Value } from "../ir/graph.ts";
import * as v from "../ops/vocabulary.ts";

/** The layer whose inner values are not kept for the backward pass, of a node that stands in one. */
export type RecomputedLayer = (node: Node) => string | undefined;

/**
 * Makes layers' values again for the backward pass instead of keeping them (Chen et al. 2016, arXiv 1604.06174): what a layer reads from
 * outside is kept, and its nodes are applied to that once more when the first gradient has arrived at the layer.
 */
export class Recompute {
  readonly #g: GraphBuilder;
  readonly #layerOf: RecomputedLayer;
  readonly #layers = new Map<string, Node[]>();
  readonly #again = new Map<string, ReadonlyMap<Node, Node>>();

  /** `nodes` are those of the forward pass in their order. */
  constructor(g: GraphBuilder, nodes: readonly Node[], layerOf: RecomputedLayer) {
    this.#g = g;
    this.#layerOf = layerOf;
    for (const node of nodes) {
      const layer = layerOf(node);
      if (layer === undefined) continue;
      const members = this.#layers.get(layer);
      if (members === undefined) this.#layers.set(layer, [node]);
      else members.push(node);
    }
  }

  /** The node that stands for a node of the forward pass in the backward pass, which has come to it with a gradient. */
  standIn(node: Node, gradient: Value): Node {
    const layer = this.#layerOf(node);
    if (layer === undefined) return node;
    let again = this.#again.get(layer);
    if (again === undefined) {
      again = this.#applied(this.#layers.get(layer) ?? [], gradient);
      this.#again.set(layer, again);
    }
    return again.get(node) ?? node;
  }

  #applied(members: readonly Node[], gradient: Value): ReadonlyMap<Node, Node> {
    const g = this.#g;
    const values = new Map<Value, Value>();
    const renewed = (value: Value): Value => {
      const known = values.get(value);
      if (known !== undefined) return known;
      // Weights and constants are kept all the while.
      const { source } = value;
      const isKept =
        source.kind === "constant" ||
        (source.kind === "input" && (source.role === "parameter" || source.role === "state"));
      const late = isKept ? value : madeAfter(g, value, gradient);
      values.set(value, late);
      return late;
    };
    const again = new Map<Node, Node>();
    for (const node of members) {
      const inputs = node.inputs.map((value) => value && renewed(value));
      g.at = node.at;
      const outputs = g.apply(node.op, inputs, node.attributes);
      node.outputs.forEach((value, i) => {
        const output = outputs[i];
        if (output !== undefined) values.set(value, output);
      });
      const [made] = outputs;
      if (made?.source.kind === "node") again.set(node, made.source.node);
    }
    return again;
  }
}

/** x, but not before `first` is there: no engine can tell that both choices are the same, so none makes what follows earlier. */
function madeAfter(g: GraphBuilder, x: Value, first: Value): Value {
  const { shape } = first.type;
  const flat = v.reshape(g, first, [productOf(shape)]);
  return v.where(g, v.less(g, v.slice(g, flat, 0, 0, 1), g.scalar(0)), x, x);
}
