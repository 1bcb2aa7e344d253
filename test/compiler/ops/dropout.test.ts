import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { at } from "../../../compiler/ops/vocabulary.ts";
import { inEvaluation } from "./in-evaluation.ts";
import { type Numbers, runGraph } from "./run-graph.ts";

const shape = [200, 100] as const;
const ones: Numbers = { dtype: "float32", shape, data: new Float32Array(20000).fill(1) };

describe.each([0.1, 0.3, 0.5, 0.9])("at the rate %f", (rate) => {
  test("keeps its share of entries, divided by the share", async () => {
    const y = await drop(rate, shape);
    const kept = y.filter((entry) => entry !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - rate))]));
    // Five standard errors of a binomial share.
    expect(Math.abs(kept.length / y.length - (1 - rate))).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / y.length));
  });
});

test("drops the same entries for the same seed and stream, others for others", async () => {
  const first = await drop(0.5, shape, { seed: [3, 4], stream: 1 });
  expect(await drop(0.5, shape, { seed: [3, 4], stream: 1 })).toEqual(first);
  expect(await drop(0.5, shape, { seed: [3, 5], stream: 1 })).not.toEqual(first);
  expect(await drop(0.5, shape, { seed: [4, 4], stream: 1 })).not.toEqual(first);
  expect(await drop(0.5, shape, { seed: [3, 4], stream: 2 })).not.toEqual(first);
});

test("drops whole rows where one draw stands for a row", async () => {
  const y = await drop(0.5, [200, 1]);
  const rows = Array.from({ length: 200 }, (_, n) => new Set(y.slice(n * 100, n * 100 + 100)));
  expect(rows.every((row) => row.size === 1)).toBe(true);
  expect(new Set(rows.map((row) => [...row][0]))).toEqual(new Set([0, 2]));
});

test("is nothing in evaluation, and needs no seed there", async () => {
  const graph = inEvaluation(graphOf(0.5, shape, 1));
  expect((await runGraph(graph, new Map([["x", ones]]))).get("y")?.data).toEqual(ones.data);
});

async function drop(
  rate: number,
  draws: readonly number[],
  { seed, stream }: { seed: readonly number[]; stream: number } = { seed: [11, 12], stream: 0 },
): Promise<Float32Array> {
  const feeds = new Map<string, Numbers>([
    ["x", ones],
    ["seed", { dtype: "int32", shape: [2], data: Int32Array.from(seed) }],
  ]);
  const y = (await runGraph(graphOf(rate, draws, stream), feeds)).get("y");
  if (!(y?.data instanceof Float32Array)) throw new Error("dropout gave nothing");
  return y.data;
}

function graphOf(rate: number, draws: readonly number[], stream: number): Graph {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape });
  const seed = g.input("seed", "seed", { dtype: "int32", shape: [2] });
  return {
    name: "dropped",
    outputs: [{ name: "y", value: at(g.apply("dropout", [x, seed], { rate, stream, shape: draws }), 0) }],
  };
}
