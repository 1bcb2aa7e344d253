import type { GraphBuilder } from "../ir/builder.ts";
import { sameShape } from "../ir/dim.ts";
import type { Node, Value } from "../ir/graph.ts";
import { rewriteGraph } from "../ir/rewrite.ts";
import { at, negate, reshape, transpose } from "../ops/vocabulary.ts";
import type { Pass } from "./pass.ts";

type Rule = (node: Node, inputs: readonly Value[], g: GraphBuilder) => Value | undefined;

/** Identities that hold exactly, but for the sign of a zero: x + 0, x · 1, a reshape of a reshape, two transposes, and their like. */
export const simplify: Pass = {
  name: "simplify",
  run: (graph, builder) =>
    rewriteGraph(graph, builder, (node, inputs, g) => {
      const simpler = simplest(node, inputs, g);
      return simpler === undefined ? undefined : [simpler];
    }),
};

/** What a node comes to, followed to its end; undefined if nothing is simpler. */
function simplest(node: Node, inputs: Node["inputs"], g: GraphBuilder): Value | undefined {
  const given = inputs.filter((input) => input !== undefined);
  if (given.length !== inputs.length) return undefined;
  const simpler = rules[node.op]?.(node, given, g);
  if (simpler?.source.kind !== "node") return simpler;
  return simplest(simpler.source.node, simpler.source.node.inputs, g) ?? simpler;
}

const rules: Readonly<Record<string, Rule>> = {
  add: (node, [a, b]) => keepIfOther(node, a, b, 0) ?? keepIfOther(node, b, a, 0),
  subtract: (node, [a, b]) => keepIfOther(node, a, b, 0),
  multiply: (node, [a, b], g) =>
    keepIfOther(node, a, b, 1) ??
    keepIfOther(node, b, a, 1) ??
    (isNumber(b, -1) && a ? keepShape(node, negate(g, a)) : undefined),
  divide: (node, [a, b]) => keepIfOther(node, a, b, 1),
  power: (node, [a, b], g) =>
    isNumber(b, 1)
      ? keepShape(node, a)
      : isNumber(b, 2) && a
        ? keepShape(node, at(g.apply("multiply", [a, a]), 0))
        : undefined,
  negate: (_, [x]) => innerOf(x, "negate"),
  reshape(node, [x], g) {
    const inner = innerOf(x, "reshape");
    const shape = node.outputs[0]?.type.shape;
    if (x !== undefined && shape !== undefined && sameShape(x.type.shape, shape)) return x;
    return inner === undefined || shape === undefined ? undefined : reshape(g, inner, shape);
  },
  transpose(node, [x], g) {
    const order = numbersOf(node.attributes["order"]);
    if (x === undefined || order === undefined) return undefined;
    if (order.every((axis, i) => axis === i)) return x;
    if (x.source.kind !== "node" || x.source.node.op !== "transpose") return undefined;
    const first = numbersOf(x.source.node.attributes["order"]);
    const inner = x.source.node.inputs[0];
    return first === undefined || inner === undefined
      ? undefined
      : transpose(
          g,
          inner,
          order.map((axis) => first[axis] ?? 0),
        );
  },
  broadcast: (node, [x]) => keepShape(node, x),
  slice: (node, [x]) => keepShape(node, x),
};

/** `kept`, if `other` is the number and drops out without changing the shape. */
function keepIfOther(node: Node, kept: Value | undefined, other: Value | undefined, x: number): Value | undefined {
  return isNumber(other, x) ? keepShape(node, kept) : undefined;
}

function keepShape(node: Node, value: Value | undefined): Value | undefined {
  const type = node.outputs[0]?.type;
  return value !== undefined && type !== undefined && sameShape(value.type.shape, type.shape) ? value : undefined;
}

function isNumber(value: Value | undefined, x: number): boolean {
  return (
    value?.source.kind === "constant" &&
    value.type.dtype === "float32" &&
    value.source.data.length > 0 &&
    value.source.data.length <= 64 &&
    [...value.source.data].every((entry) => entry === x)
  );
}

function innerOf(value: Value | undefined, op: string): Value | undefined {
  return value?.source.kind === "node" && value.source.node.op === op ? value.source.node.inputs[0] : undefined;
}

function numbersOf(attribute: unknown): readonly number[] | undefined {
  return Array.isArray(attribute) ? attribute.map(Number) : undefined;
}
