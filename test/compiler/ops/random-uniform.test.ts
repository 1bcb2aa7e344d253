import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { type Dim, symbol } from "../../../compiler/ir/dim.ts";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import {
  columnFactors,
  prime,
  rowTables,
  seedLimit,
  seedStrides,
  streamStart,
} from "../../../compiler/ops/random-uniform.ts";
import { multiply, randomUniform } from "../../../compiler/ops/vocabulary.ts";
import { type Numbers, runGraph } from "./run-graph.ts";

const seeds: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [12345, 678901],
  [seedLimit - 1, seedLimit - 1],
];

describe.each(seeds)("with the seed %i, %i", (low, high) => {
  test.each([
    [[40, 50], 0],
    [[3, 4, 5], 7],
    [[5000, 3], 1],
    [[], 12],
  ] as const)("draws for the shape %j in stream %i what whole numbers give", async (shape, stream) => {
    const drawn = await draw([low, high], shape, stream);
    const columns = shape.at(-1) ?? 1;
    expect([...drawn]).toEqual(
      Array.from(drawn, (_, i) => byIntegers([low, high], stream, Math.floor(i / columns), i % columns, columns)),
    );
  });
});

test("draws the same whatever part of the shape is symbolic", async () => {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape: [symbol("batch"), symbol("time"), 6] });
  const feeds = new Map([
    ["seed", seedOf([3, 4])],
    ["x", { dtype: "float32", shape: [5, 7, 6], data: new Float32Array(210).fill(1) } as const],
  ]);
  const result = await runGraph(graphOf(multiply(g, x, uniform(g, x.type.shape, 9))), feeds);
  expect(result.get("y")?.data).toEqual(await draw([3, 4], [5, 7, 6], 9));
});

test("fills (0, 1) evenly", async () => {
  const drawn = await draw([17, 4711], [1000, 100], 2);
  const bins = new Array<number>(50).fill(0);
  for (const x of drawn) bins[Math.floor(x * bins.length)]! += 1;
  const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
  const expected = drawn.length / bins.length;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(Math.min(...drawn)).toBeGreaterThan(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  // Four standard errors: √(1/12 / 100000) and √(1/180 / 100000).
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * 9.1e-4);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * 2.4e-4);
  // The quantiles 0.0005 and 0.9995 of χ² with 49 degrees of freedom.
  expect(chiSquare).toBeGreaterThan(21.6);
  expect(chiSquare).toBeLessThan(87.6);
});

test.each([
  ["another stream", [5, 6], 1],
  ["the next seed", [6, 6], 0],
  ["both halves of the seed counted up", [6, 7], 0],
] as const)("draws for %s what has nothing to do with it", async (_, seed, stream) => {
  const a = await draw([5, 6], [300, 40], 0);
  const b = await draw(seed, [300, 40], stream);
  // At every shift of a few rows, the correlation stays within five standard errors.
  for (const shift of [-80, -40, 0, 40, 80]) {
    expect(Math.abs(correlation(a, b, shift)), `shifted by ${shift}`).toBeLessThan(5 / Math.sqrt(300 * 40));
  }
});

test("draws for neighbours in rows and in columns what has nothing to do with each other", async () => {
  const a = await draw([5, 6], [300, 40], 0);
  for (const shift of [1, 2, 40, 80]) {
    expect(Math.abs(correlation(a, a, shift)), `shifted by ${shift}`).toBeLessThan(5 / Math.sqrt(300 * 40));
  }
});

async function draw(seed: readonly [number, number], shape: readonly number[], stream: number): Promise<Float32Array> {
  const g = new GraphBuilder(opRules);
  const y = (await runGraph(graphOf(uniform(g, shape, stream)), new Map([["seed", seedOf(seed)]]))).get("y");
  if (!(y?.data instanceof Float32Array)) throw new Error("nothing was drawn");
  return y.data;
}

function uniform(g: GraphBuilder, shape: readonly Dim[], stream: number) {
  return randomUniform(g, g.input("seed", "seed", { dtype: "int32", shape: [2] }), shape, stream);
}

function graphOf(value: ReturnType<typeof uniform>): Graph {
  return { name: "draw", outputs: [{ name: "y", value }] };
}

function seedOf(seed: readonly [number, number]): Numbers {
  return { dtype: "int32", shape: [2], data: Int32Array.from(seed) };
}

/** Entry (n, d) by the formula, in exact whole numbers, rounded to float32 at the end. */
function byIntegers(seed: readonly [number, number], stream: number, n: number, d: number, columns: number): number {
  const factors = columnFactors(columns);
  const [low, high] = seed;
  const reads = rowTables.map((table, i) => {
    const start = (i === 1 ? high * seedStrides[1] : low * seedStrides[0]) + streamStart(stream, i);
    return BigInt(table[(n + start) % table.length]!);
  });
  const sum = reads.reduce((total, read, i) => total + read * BigInt(factors[i * columns + d]!), 0n);
  const p = BigInt(prime);
  return Math.fround((Number(((sum % p) + p) % p) + 0.5) * Math.fround(1 / prime));
}

/** Pearson's correlation of a at i with b at i + shift. */
function correlation(a: Float32Array, b: Float32Array, shift: number): number {
  let sum = 0;
  let count = 0;
  for (let i = Math.max(0, -shift); i < Math.min(a.length, b.length - shift); i++) {
    sum += (a[i]! - 0.5) * (b[i + shift]! - 0.5);
    count += 1;
  }
  return (12 * sum) / count;
}
