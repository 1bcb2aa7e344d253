import fc from "fast-check";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { sameShape } from "../../../compiler/ir/dim.ts";
import type { Graph, Value } from "../../../compiler/ir/graph.ts";
import { broadcastShapes } from "../../../compiler/ops/broadcasting.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { at, broadcast, concat, reduceSum, slice, split, stopGradient } from "../../../compiler/ops/vocabulary.ts";

/** Graphs of small tensors, full of what passes look for: repeated work, identities, constants, chains of reshapes. */
export const randomGraph: fc.Arbitrary<Graph> = fc
  .array(fc.record({ op: fc.nat(), first: fc.nat(), second: fc.nat(), old: fc.boolean() }), {
    minLength: 5,
    maxLength: 30,
    size: "max",
  })
  .map((steps) => {
    const values = leaves(new GraphBuilder(opRules));
    for (const { op, first, second, old } of steps) {
      const step = pick(stepsKnown, op);
      // A builder of its own lets a step repeat an earlier one as another node.
      const g = new GraphBuilder(opRules);
      const value = step(
        g,
        pick(old ? values : values.slice(-3), first),
        pick(old ? values : values.slice(-6), second),
        second,
      );
      if (value !== undefined) values.push(value);
    }
    return {
      name: "random",
      outputs: values.slice(-3).map((value, i) => ({ name: `y${i}`, value })),
    };
  });

type Step = (g: GraphBuilder, x: Value, other: Value, choice: number) => Value | undefined;

function leaves(g: GraphBuilder): Value[] {
  const input = (name: string, shape: readonly number[]) => g.input("field", name, { dtype: "float32", shape });
  return [
    ...[0, 1, -1, 2, 0.5].map((x) => g.scalar(x)),
    g.constant("float32", [2, 3], Float32Array.of(1, 1, 1, 1, 1, 1)),
    g.constant("float32", [3], Float32Array.of(0.25, -3, 0)),
    g.constant("float32", [2, 3], Float32Array.of(0, 1, 2, 3, 4, 5), "weight"),
    input("a", [2, 3]),
    input("b", [3]),
    input("c", [2, 1]),
  ];
}

const unary =
  (op: string): Step =>
  (g, x) =>
    at(g.apply(op, [x]), 0);
const binary =
  (op: string): Step =>
  (g, x, other) =>
    broadcastShapes(x.type.shape, other.type.shape) && at(g.apply(op, [x, other]), 0);

const stepsKnown: readonly Step[] = [
  ...["negate", "absolute", "relu", "sigmoid", "tanh"].map(unary),
  ...["add", "subtract", "multiply", "maximum", "minimum", "divide", "power"].map(binary),
  (g, x, _, choice) => at(g.apply("reshape", [x], { shape: pick(layouts(x), choice) }), 0),
  (g, x, _, choice) => at(g.apply("transpose", [x], { order: pick(orders(x), choice) }), 0),
  (g, x) => (sameShape(broadcastShapes(x.type.shape, [2, 3]) ?? [], [2, 3]) ? broadcast(g, x, [2, 3]) : undefined),
  (g, x, _, choice) => {
    const size = Number(x.type.shape[0] ?? 0);
    const start = size === 0 ? 0 : choice % size;
    return size === 0 ? undefined : slice(g, x, 0, start, size);
  },
  (g, x, other) =>
    sameShape(x.type.shape, other.type.shape) && x.type.shape.length > 0 ? concat(g, [x, other], 0) : undefined,
  (g, x) => (sameShape(x.type.shape, [2, 3]) ? at(split(g, x, 1, [1, 2]), 1) : undefined),
  (g, x) => (x.type.shape.length > 0 ? reduceSum(g, x, [0]) : undefined),
  stopGradient,
];

function layouts(x: Value): readonly (readonly number[])[] {
  const shape = x.type.shape.map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  return [
    shape,
    [count],
    [1, count],
    [...shape, 1],
    ...(count % 2 === 0
      ? [
          [2, count / 2],
          [count / 2, 2],
        ]
      : []),
  ];
}

function orders(x: Value): readonly (readonly number[])[] {
  const order = x.type.shape.map((_, axis) => axis);
  return [order, order.toReversed()];
}

function pick<T>(choices: readonly T[], choice: number): T {
  const picked = choices[choice % choices.length];
  if (picked === undefined) throw new Error("nothing to choose from");
  return picked;
}
