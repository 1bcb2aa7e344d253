import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { symbol } from "../../../compiler/ir/dim.ts";
import { type Graph, inputsOf, leavesOf, nodesOf, type TensorType, type Value } from "../../../compiler/ir/graph.ts";
import { InternalError } from "../../../compiler/ir/invariant.ts";
import { printGraph } from "../../../compiler/ir/print.ts";
import { rewriteGraph } from "../../../compiler/ir/rewrite.ts";
import { verifyGraph } from "../../../compiler/ir/verify.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { ConstraintFailure } from "../../../compiler/ops/op.ts";
import { add, exp, multiply, negate, split } from "../../../compiler/ops/vocabulary.ts";

const three: TensorType = { dtype: "float32", shape: [3] };

describe("the builder", () => {
  test("makes one node of two equal applications", () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "x", three);
    expect(exp(g, x)).toBe(exp(g, x));
    expect(add(g, x, exp(g, x))).not.toBe(add(g, exp(g, x), x));
    expect(split(g, x, 0, [1, 2])).not.toBe(split(g, x, 0, [2, 1]));
  });

  test("makes one value of equal small constants and of one large array, but none of numbers that only compare equal", () => {
    const g = new GraphBuilder(opRules);
    expect(g.scalar(2)).toBe(g.scalar(2));
    expect(g.scalar(0)).not.toBe(g.scalar(-0));
    expect(g.constant("float32", [1], Float32Array.of(2))).not.toBe(g.scalar(2));
    expect(g.constant("int32", [], Int32Array.of(1))).not.toBe(g.constant("float32", [], Float32Array.of(1)));
    const large = new Float32Array(100);
    expect(g.constant("float32", [100], large)).toBe(g.constant("float32", [100], large));
    expect(g.constant("float32", [100], large)).not.toBe(g.constant("float32", [10, 10], large));
    expect(g.constant("float32", [100], large)).not.toBe(g.constant("float32", [100], new Float32Array(100)));
  });

  test("makes one value of one input, and refuses it under another type", () => {
    const g = new GraphBuilder(opRules);
    expect(g.input("field", "x", three)).toBe(g.input("field", "x", three));
    expect(() => g.input("field", "x", { dtype: "float32", shape: [4] })).toThrow(InternalError);
  });

  test("refuses what the op's shape rule refuses", () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "x", three);
    expect(() => add(g, x, g.input("field", "y", { dtype: "float32", shape: [2] }))).toThrow(ConstraintFailure);
    expect(() => g.apply("matmul", [x])).toThrow(InternalError);
    expect(() => g.apply("no_such_op", [x])).toThrow(InternalError);
  });
});

describe("a walk over the graph", () => {
  test("meets every node once, after its inputs", () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "x", three);
    const [a, b] = [exp(g, x), negate(g, x)];
    const nodes = nodesOf(graphOf(add(g, multiply(g, a, b), a)));
    expect(nodes.map((node) => node.op)).toEqual(["exp", "negate", "multiply", "add"]);
  });

  test("is deep where the graph is, without exhausting the stack", () => {
    const g = new GraphBuilder(opRules);
    let x: Value = g.input("field", "x", three);
    for (let i = 0; i < 50_000; i++) x = negate(g, x);
    expect(nodesOf(graphOf(x))).toHaveLength(50_000);
  });

  test("leaves out what no output reaches", () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "x", three);
    exp(g, g.input("field", "unused", three));
    const graph = graphOf(add(g, x, g.scalar(1)));
    expect(inputsOf(graph).map((input) => input.source.name)).toEqual(["x"]);
    expect(leavesOf(graph)).toHaveLength(2);
  });
});

test("a graph prints as text that depends on its structure alone", () => {
  const build = () => {
    const g = new GraphBuilder(opRules);
    exp(g, g.scalar(9));
    g.at = "head/linear";
    const x = g.input("field", "x", { dtype: "float32", shape: [symbol("batch"), 3] });
    const weight = g.constant("float32", [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6), "head.weight");
    const [y] = g.apply("linear", [x, weight, undefined]);
    const parts = split(g, add(g, y!, g.scalar(0.5)), 1, [1, 1]);
    return graphOf(parts[1]!);
  };
  expect(printGraph(build())).toBe(`graph tested
  input field %x: float32[batch, 3]
  constant #head.weight: float32[2, 3] = [1, 2, 3, 4, … 6]
  %0: float32[batch, 2] = linear(%x, #head.weight, none)  # head/linear
  %1: float32[batch, 2] = add(%0, 0.5)  # head/linear
  %2: float32[batch, 1], %3: float32[batch, 1] = split(%1){axis: 1, sizes: [1, 1]}  # head/linear
  output y = %3
`);
  const graph = build();
  expect(printGraph(rewriteGraph(graph, new GraphBuilder(opRules)))).toBe(printGraph(graph));
  expect(printGraph(build())).toBe(printGraph(graph));
});

test("a rewrite replaces nodes and leaves where its rules say so", () => {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", three);
  const graph = graphOf(add(g, exp(g, x), x));
  const rewritten = rewriteGraph(
    graph,
    new GraphBuilder(opRules),
    (node, inputs, builder) => (node.op === "exp" ? [negate(builder, inputs[0]!)] : undefined),
    (_leaf, builder) => builder.input("field", "renamed", three),
  );
  expect(nodesOf(rewritten).map((node) => node.op)).toEqual(["negate", "add"]);
  expect(inputsOf(rewritten).map((input) => input.source.name)).toEqual(["renamed"]);
  expect(nodesOf(graph).map((node) => node.op)).toEqual(["exp", "add"]);
});

describe("the verifier refuses", () => {
  const x: Value = { id: 1, type: three, source: { kind: "input", role: "field", name: "x" } };

  test("two outputs of one name", () => {
    const outputs = [x, x].map((value) => ({ name: "y", value }));
    expect(() => verifyGraph({ name: "bad", outputs }, opRules)).toThrow("two outputs named y");
  });

  test("two inputs of one name", () => {
    const outputs = [x, { ...x, id: 2 }].map((value, i) => ({ name: `y${i}`, value }));
    expect(() => verifyGraph({ name: "bad", outputs }, opRules)).toThrow("two inputs named x");
  });

  test("a constant with too few entries, or in an array of another type", () => {
    const constant = (data: Float32Array | Int32Array): Value => ({
      id: 1,
      type: three,
      source: { kind: "constant", data },
    });
    expect(() => verifyGraph(graphOf(constant(new Float32Array(2))), opRules)).toThrow("has 2 entries");
    expect(() => verifyGraph(graphOf(constant(new Int32Array(3))), opRules)).toThrow("Int32Array");
    expect(() => verifyGraph(graphOf(constant(new Float32Array(3))), opRules)).not.toThrow();
  });

  test("a node whose declared type is not what its rule gives", () => {
    const outputs: Value[] = [];
    const node = { op: "exp", inputs: [x], attributes: {}, outputs, at: "" };
    outputs.push({ id: 2, type: { dtype: "float32", shape: [4] }, source: { kind: "node", node, output: 0 } });
    expect(() => verifyGraph(graphOf(outputs[0]!), opRules)).toThrow(
      "declared float32[4] but its rule gives float32[3]",
    );
  });

  test("a node with an output too many", () => {
    const outputs: Value[] = [];
    const node = { op: "exp", inputs: [x], attributes: {}, outputs, at: "" };
    outputs.push({ id: 2, type: three, source: { kind: "node", node, output: 0 } });
    outputs.push({ id: 3, type: three, source: { kind: "node", node, output: 1 } });
    expect(() => verifyGraph(graphOf(outputs[1]!), opRules)).toThrow("gives 1 outputs, not 2");
  });
});

function graphOf(value: Value): Graph {
  return { name: "tested", outputs: [{ name: "y", value }] };
}
