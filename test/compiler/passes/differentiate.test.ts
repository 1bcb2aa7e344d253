import { describe, expect, test } from "vitest";
import { differentiate } from "../../../compiler/autodiff/differentiate.ts";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { symbol } from "../../../compiler/ir/dim.ts";
import type { Value } from "../../../compiler/ir/graph.ts";
import { InternalError } from "../../../compiler/ir/invariant.ts";
import { rewriteValues } from "../../../compiler/ir/rewrite.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { add, exp, multiply, reduceMean, square, stopGradient, sumAll } from "../../../compiler/ops/vocabulary.ts";
import { cleaning, runPasses } from "../../../compiler/passes/index.ts";
import { type Numbers, runGraph } from "../ops/run-graph.ts";

const x3: Numbers = { dtype: "float32", shape: [3], data: Float32Array.of(1, -2, 0.5) };

test("cotangents that meet at a value add up", async () => {
  // d/dx (Σ x² + Σ 3x) = 2x + 3
  const { g, x } = vector();
  const loss = add(g, sumAll(g, square(g, x)), sumAll(g, multiply(g, x, g.scalar(3))));
  expect(await gradientAt(g, loss, x)).toEqual([5, -1, 4]);
});

test("a value used twice in one op counts twice", async () => {
  const { g, x } = vector();
  expect(await gradientAt(g, sumAll(g, add(g, x, x)), x)).toEqual([2, 2, 2]);
});

test("an intermediate value can be asked for, besides what it comes from", async () => {
  // With y = x² and loss = Σ y²: d/dy = 2y, d/dx = 4x³
  const { g, x } = vector();
  const y = square(g, x);
  const loss = sumAll(g, square(g, y));
  expect(await gradientAt(g, loss, y)).toEqual([2, 8, 0.5]);
  expect(await gradientAt(g, loss, x)).toEqual([4, -32, 0.5]);
});

test("the loss with respect to itself is 1", async () => {
  const { g, x } = vector();
  const loss = sumAll(g, x);
  expect(await gradientAt(g, loss, loss)).toEqual([1]);
});

test("the gradient of a mean over symbolic axes is over their true sizes", async () => {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape: [symbol("batch"), 2] });
  const gradient = differentiate(g, reduceMean(g, square(g, x), [0, 1]), [x]).get(x)!;
  const given: Numbers = { dtype: "float32", shape: [4, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  const results = await runGraph({ name: "mean", outputs: [{ name: "dx", value: gradient }] }, new Map([["x", given]]));
  expect([...results.get("dx")!.data]).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]);
});

describe("no gradient", () => {
  test("has a value that the loss does not depend on", () => {
    const { g, x } = vector();
    const other = g.input("parameter", "other", x.type);
    expect(differentiate(g, sumAll(g, x), [other]).size).toBe(0);
  });

  test("passes a stop, but passes beside it", async () => {
    const { g, x } = vector();
    expect(differentiate(g, sumAll(g, stopGradient(g, exp(g, x))), [x]).size).toBe(0);
    expect(await gradientAt(g, sumAll(g, multiply(g, x, stopGradient(g, x))), x)).toEqual([1, -2, 0.5]);
  });

  test("passes a stop in a graph that has been cleaned before", () => {
    const { g, x } = vector();
    const graph = { name: "stopped", outputs: [{ name: "loss", value: sumAll(g, stopGradient(g, x)) }] };
    const again = new GraphBuilder(opRules);
    const loss = runPasses(graph, cleaning).outputs[0]!.value;
    const renewed = rewriteValues([loss], again).get(loss)!;
    expect(differentiate(again, renewed, [again.input("parameter", "x", x.type)]).size).toBe(0);
  });
});

describe("a mistake of ours is said", () => {
  test("for a loss that is not one number", () => {
    const { g, x } = vector();
    expect(() => differentiate(g, x, [x])).toThrow(InternalError);
  });

  test("for a composite op without a gradient that was not expanded", () => {
    const { g, x } = vector();
    const seed = g.input("seed", "seed", { dtype: "int32", shape: [2] });
    const [dropped] = g.apply("dropout", [x, seed], { rate: 0.5, stream: 0, shape: [3] });
    expect(() => differentiate(g, sumAll(g, dropped!), [x])).toThrow(
      "dropout stands on a path of gradients unexpanded",
    );
  });
});

test("a chain as deep as an unrolled recurrence does not exhaust the stack", () => {
  const { g, x } = vector();
  let y = x;
  for (let i = 0; i < 20_000; i++) y = add(g, y, g.scalar(i));
  expect(differentiate(g, sumAll(g, y), [x]).get(x)?.type.shape).toEqual([3]);
});

function vector(): { readonly g: GraphBuilder; readonly x: Value } {
  const g = new GraphBuilder(opRules);
  return { g, x: g.input("parameter", "x", { dtype: "float32", shape: [3] }) };
}

async function gradientAt(g: GraphBuilder, loss: Value, value: Value): Promise<readonly number[]> {
  const gradient = differentiate(g, loss, [value]).get(value)!;
  const graph = { name: "gradient", outputs: [{ name: "dx", value: gradient }] };
  return Array.from((await runGraph(graph, new Map([["x", x3]]))).get("dx")!.data, Number);
}
