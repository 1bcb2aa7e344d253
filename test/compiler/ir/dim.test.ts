import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDims,
  type Dim,
  divideDims,
  multiplyDims,
  printDim,
  printShape,
  productOf,
  sameDim,
  sameShape,
  substituteDim,
  subtractDims,
  symbol,
  symbolsOf,
} from "../../../compiler/ir/dim.ts";

const batch = symbol("batch");
const time = symbol("time");

/** Sums and products of numbers and three symbols. */
const anyDim: fc.Arbitrary<Dim> = fc.letrec<{ dim: Dim }>((tie) => ({
  dim: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.integer({ min: -4, max: 4 }),
    fc.constantFrom(batch, time, symbol("width")),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => addDims(a, b)),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => subtractDims(a, b)),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => multiplyDims(a, b)),
  ),
})).dim;
const someSizes = new Map<string, Dim>([
  ["batch", 3],
  ["time", 5],
  ["width", 7],
]);
const runs = { seed: 7, numRuns: 500 };

test.each([
  [batch, "batch"],
  [addDims(time, -1), "time-1"],
  [multiplyDims(2, multiplyDims(time, batch)), "2*batch*time"],
  [addDims(1, addDims(time, batch)), "batch+time+1"],
  [subtractDims(0, batch), "-batch"],
  [multiplyDims(batch, batch), "batch*batch"],
  [7, "7"],
] as const)("a size prints in one way: %#", (dim, text) => {
  expect(printDim(dim)).toBe(text);
});

test("a shape prints in brackets", () => {
  expect(printShape([batch, 3, addDims(time, 2)])).toBe("[batch, 3, time+2]");
});

test("what comes to a number is a number", () => {
  expect(subtractDims(addDims(batch, 5), batch)).toBe(5);
  expect(multiplyDims(batch, 0)).toBe(0);
  expect(subtractDims(batch, batch)).toBe(0);
});

describe("division", () => {
  test("gives what divides, symbol by symbol", () => {
    expect(divideDims(12, 4)).toBe(3);
    expect(printDim(divideDims(multiplyDims(6, multiplyDims(batch, time)), multiplyDims(2, batch))!)).toBe("3*time");
    expect(divideDims(batch, batch)).toBe(1);
    expect(divideDims(addDims(batch, time), addDims(time, batch))).toBe(1);
  });

  test("gives nothing where something would be left", () => {
    expect(divideDims(7, 2)).toBeUndefined();
    expect(divideDims(7, 0)).toBeUndefined();
    expect(divideDims(batch, time)).toBeUndefined();
    expect(divideDims(4, batch)).toBeUndefined();
    expect(divideDims(multiplyDims(3, batch), 2)).toBeUndefined();
    expect(divideDims(multiplyDims(batch, time), addDims(batch, 1))).toBeUndefined();
  });

  test("is undone by multiplication", () => {
    fc.assert(
      fc.property(anyDim, anyDim, (a, b) => {
        const quotient = divideDims(multiplyDims(a, b), b);
        if (quotient !== undefined) expect(printDim(multiplyDims(quotient, b))).toBe(printDim(multiplyDims(a, b)));
      }),
      runs,
    );
  });
});

test("sums and products do not depend on order or grouping", () => {
  fc.assert(
    fc.property(anyDim, anyDim, anyDim, (a, b, c) => {
      expect(sameDim(addDims(a, b), addDims(b, a))).toBe(true);
      expect(sameDim(multiplyDims(a, b), multiplyDims(b, a))).toBe(true);
      expect(sameDim(addDims(addDims(a, b), c), addDims(a, addDims(b, c)))).toBe(true);
      expect(sameDim(multiplyDims(a, addDims(b, c)), addDims(multiplyDims(a, b), multiplyDims(a, c)))).toBe(true);
    }),
    runs,
  );
});

test("putting numbers for symbols before or after makes no difference", () => {
  const numberOf = (dim: Dim) => substituteDim(dim, someSizes);
  fc.assert(
    fc.property(anyDim, anyDim, (a, b) => {
      expect(numberOf(addDims(a, b))).toBe(addDims(numberOf(a), numberOf(b)));
      expect(numberOf(multiplyDims(a, b))).toBe(multiplyDims(numberOf(a), numberOf(b)));
      expect(sameDim(a, b)).toBe(printDim(a) === printDim(b));
    }),
    runs,
  );
});

test("a symbol can stand for another size", () => {
  expect(printDim(substituteDim(multiplyDims(batch, time), new Map([["time", addDims(batch, 1)]])))).toBe(
    "batch+batch*batch",
  );
});

test("symbols are listed once each", () => {
  expect(symbolsOf(addDims(multiplyDims(batch, time), batch))).toEqual(["batch", "time"]);
  expect(symbolsOf(4)).toEqual([]);
});

test("shapes are the same if they have the same sizes at the same places", () => {
  expect(sameShape([batch, 2], [symbol("batch"), 2])).toBe(true);
  expect(sameShape([batch, 2], [2, batch])).toBe(false);
  expect(sameShape([2], [2, 2])).toBe(false);
  expect(productOf([])).toBe(1);
  expect(printDim(productOf([batch, 2, time]))).toBe("2*batch*time");
});
