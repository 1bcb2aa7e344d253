import { expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { symbol } from "../../../compiler/ir/dim.ts";
import { type Graph, nodesOf } from "../../../compiler/ir/graph.ts";
import { verifyGraph } from "../../../compiler/ir/verify.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { linear, negate } from "../../../compiler/ops/vocabulary.ts";
import { joinLinears } from "../../../compiler/passes/join-linears.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";
import { type Numbers, runGraph } from "../ops/run-graph.ts";

const numbers = (shape: readonly number[], step: number): Numbers => {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: "float32", shape, data: Float32Array.from({ length: count }, (_, i) => Math.sin(step * (i + 1))) };
};

/** Heads of some widths over a value of [batch, time, 6], each with weights of its own. */
function heads(widths: readonly number[]) {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape: [symbol("batch"), symbol("time"), 6] });
  const feeds = new Map([["x", numbers([2, 3, 6], 0.3)]]);
  const parameter = (name: string, shape: readonly number[], step: number) => {
    feeds.set(name, numbers(shape, step));
    return g.input("parameter", name, { dtype: "float32", shape });
  };
  const values = widths.map((width, i) =>
    linear(g, x, parameter(`w${i}`, [width, 6], 0.1 + i), parameter(`b${i}`, [width], 0.7 + i)),
  );
  return { g, x, parameter, values, feeds };
}

const graphOf = (values: Graph["outputs"][number]["value"][]): Graph => ({
  name: "heads",
  outputs: values.map((value, i) => ({ name: `y${i}`, value })),
});
const join = (graph: Graph) => joinLinears.run(graph, new GraphBuilder(opRules));
const products = (graph: Graph) => nodesOf(graph).filter(({ op }) => op === "linear").length;

test("narrow layers of one value become one, with the same outputs", async () => {
  const { values, feeds } = heads([5, 1, 3]);
  const graph = graphOf(values);
  const joined = join(graph);
  verifyGraph(joined, opRules);
  expect(products(joined)).toBe(1);
  const [found, expected] = [await runGraph(joined, feeds), await runGraph(graph, feeds)];
  expect(expected.size).toBe(3);
  for (const [name, { data, shape }] of expected) {
    expect(found.get(name)?.shape).toEqual(shape);
    expect(largestDifference(found.get(name)?.data ?? [], Array.from(data, Number))).toBeLessThan(
      tolerances.referenceValues,
    );
  }
});

test("wide layers, layers alone and layers whose weights are computed stay as they are", () => {
  expect(products(join(graphOf(heads([200, 200]).values)))).toBe(2);
  expect(products(join(graphOf(heads([5]).values)))).toBe(1);
  const { g, x, parameter, values } = heads([5]);
  const computed = linear(g, x, negate(g, parameter("w", [5, 6], 2)), parameter("b", [5], 3));
  const elsewhere = linear(g, negate(g, x), parameter("v", [5, 6], 4), parameter("c", [5], 5));
  expect(products(join(graphOf([...values, computed, elsewhere])))).toBe(3);
});
