import { describe, expect, test } from "vitest";
import type { BalancerName } from "../../compiler/library/balancers.ts";
import { dot, times } from "../../runtime/balance/balancer.ts";
import { balancerOf } from "../../runtime/balance/balancers.ts";
import { uniform } from "../../runtime/data/loader/random.ts";

const settings = { temperature: 2, alpha: 1.5, c: 0.5 };

function factors(name: BalancerName, gram: readonly (readonly number[])[], step = 1): readonly number[] {
  const terms = gram.map((_, k) => String(k));
  return balancerOf({ name, terms, settings }).factors({ losses: terms.map(() => 1), gram, step, seed: 1 });
}

/** Some vectors of their own sizes, conflicting or not. */
function vectors(count: number, seed: number): readonly (readonly number[])[] {
  const width = 3 + (seed % 5) * 4;
  return Array.from({ length: count }, (_, k) =>
    Array.from({ length: width }, (_each, i) => (2 * uniform(seed, k, i) - 1) * 10 ** (2 * uniform(seed, k) - 1)),
  );
}

const gramOf = (all: readonly (readonly number[])[]) => all.map((a) => all.map((b) => dot(a, b)));

const cases = Array.from({ length: 40 }, (_, seed) => [2 + (seed % 5), seed] as const);

describe.each(cases)("%i gradients of seed %i", (count, seed) => {
  const gram = gramOf(vectors(count, seed));
  const size = Math.max(...gram.map((row, i) => row[i] ?? 0));

  test("MGDA's combination is the shortest: none has a smaller product with it than it has with itself", () => {
    const w = factors("mgda", gram);
    expect(w.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
    expect(Math.min(...w)).toBeGreaterThanOrEqual(0);
    const products = times(gram, w);
    const square = dot(w, products);
    expect(Math.min(...products) - square).toBeGreaterThan(-1e-6 * size);
  });

  test("UPGrad's conflicts with none, and is the mean where none conflict", () => {
    const w = factors("upgrad", gram);
    expect(Math.min(...times(gram, w))).toBeGreaterThan(-1e-6 * size);
    const positive = gram.map((row) => row.map(Math.abs));
    if (gram.every((row) => row.every((each) => each >= 0))) expect(w).toEqual(w.map(() => 1 / count));
    expect(
      factors(
        "upgrad",
        positive.map((row, i) => row.map((each, j) => (i === j ? each * count : each))),
      ),
    ).toEqual(w.map(() => 1 / count));
  });

  test("IMTL's has equal projections on all", () => {
    const w = factors("imtl", gram);
    const projections = times(gram, w).map((each, k) => each / Math.sqrt(gram[k]?.[k] ?? 0));
    const spread = Math.max(...projections) - Math.min(...projections);
    expect(spread).toBeLessThan(1e-6 * Math.max(...w.map(Math.abs)) * Math.sqrt(size));
    expect(w.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 6);
  });

  test("Nash-MTL's factors are the inverse of the products", () => {
    const w = factors("nash_mtl", gram);
    expect(Math.min(...w)).toBeGreaterThan(0);
    for (const each of times(gram, w).map((product, k) => product * (w[k] ?? 0))) expect(each).toBeCloseTo(1, 4);
  });

  test("CAGrad's has a greatest least product within its circle", () => {
    const w = factors("cagrad", gram);
    const mean = w.map(() => 1 / count);
    const away = w.map((each) => each - 1 / count);
    const radius = 0.5 * Math.sqrt(dot(mean, times(gram, mean)));
    expect(Math.sqrt(Math.max(0, dot(away, times(gram, away))))).toBeCloseTo(radius, 6);
    const worst = (of: readonly number[]) => Math.min(...times(gram, of));
    // Any other point of the circle, in a direction of the gradients, does not better.
    for (let k = 0; k < 200; k += 1) {
      const way = mean.map((_, i) => -Math.log(1e-9 + uniform(seed, k, i)));
      const length = Math.sqrt(dot(way, times(gram, way)));
      const other = mean.map((each, i) => each + (radius * (way[i] ?? 0)) / length);
      expect(worst(other) - worst(w)).toBeLessThan(1e-6 * size);
    }
  });

  test("PCGrad leaves gradients that do not conflict, and of two takes away what does", () => {
    const positive = gram.map((row) => row.map(Math.abs));
    expect(factors("pcgrad", positive)).toEqual(positive.map(() => 1));
    const [a = 0, b = 0, product = 0] = [gram[0]?.[0], gram[1]?.[1], gram[0]?.[1]];
    const pair = [
      [a, product],
      [product, b],
    ];
    const expected = product < 0 ? [1 - product / a, 1 - product / b] : [1, 1];
    for (const [k, each] of factors("pcgrad", pair).entries()) expect(each).toBeCloseTo(expected[k] ?? 0, 9);
  });
});

const combining = ["pcgrad", "cagrad", "mgda", "nash_mtl", "upgrad", "imtl"] as const;

test.each(combining)("%s has numbers for gradients that are nothing, the same or against one another", (name) => {
  const plain = (rows: readonly (readonly number[])[]) => gramOf(rows);
  const odd = [
    plain([
      [0, 0],
      [0, 0],
    ]),
    plain([
      [1, 2],
      [0, 0],
    ]),
    plain([
      [1, 2],
      [1, 2],
      [1, 2],
    ]),
    plain([
      [1, 2],
      [-1, -2],
    ]),
    plain([
      [1e-20, 0],
      [0, 1e-20],
    ]),
    plain([
      [1e15, 0],
      [0, 1e-3],
      [1, 1],
    ]),
  ];
  for (const gram of odd) expect(factors(name, gram).every(Number.isFinite), JSON.stringify(gram)).toBe(true);
});

test("PCGrad's order is of the step and the seed, and every order comes", () => {
  const gram = gramOf([
    [1, 0.1, -0.6],
    [-0.7, 1, 0.2],
    [0.3, -0.8, 1],
    [-0.9, -0.2, -0.3],
  ]);
  const found = new Set(Array.from({ length: 60 }, (_, step) => JSON.stringify(factors("pcgrad", gram, step))));
  expect(found.size).toBeGreaterThan(3);
  expect(factors("pcgrad", gram, 5)).toEqual(factors("pcgrad", gram, 5));
});
