import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { listParzen, rangeParzen } from "../../compiler/check/parzen.ts";
import { uniform } from "../../runtime/data/loader/random.ts";
import { tolerances } from "../tolerances.ts";

interface Reference {
  readonly ranges: readonly {
    readonly places: readonly number[];
    readonly at: readonly number[];
    readonly density: readonly number[];
  }[];
  readonly lists: readonly {
    readonly places: readonly number[];
    readonly count: number;
    readonly density: readonly number[];
  }[];
}

const reference: Reference = JSON.parse(readFileSync("test/reference/parzen.json", "utf8"));

const near = (found: readonly number[], expected: readonly number[]) =>
  found.forEach((value, i) => {
    expect(Math.abs(value / (expected[i] ?? Number.NaN) - 1)).toBeLessThan(tolerances.density);
  });

describe("a Parzen estimator", () => {
  test.each(reference.ranges.map((each) => [each.places.length, each] as const))(
    "of a range has Optuna's density after %i trials",
    (_, { places, at, density }) => near(at.map(rangeParzen(places).density), density),
  );

  test.each(reference.lists.map((each) => [each.places.length, each] as const))(
    "of a list has Optuna's shares after %i trials",
    (_, { places, count, density }) =>
      near(Array.from({ length: count }, (__, value) => value).map(listParzen(places, count).density), density),
  );

  test("draws by its density", () => {
    const places = [0.05, 0.2, 0.22, 0.9];
    const { density, draw } = rangeParzen(places);
    let calls = 0;
    const random = () => uniform(3, 0, calls++);
    const [draws, bins] = [20_000, 10];
    const counts = new Array<number>(bins).fill(0);
    for (let i = 0; i < draws; i += 1) {
      const bin = Math.min(bins - 1, Math.floor(draw(random) * bins));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    const fine = 50;
    counts.forEach((count, bin) => {
      const mean =
        Array.from({ length: fine }, (_, i) => density((bin + (i + 0.5) / fine) / bins)).reduce((a, b) => a + b) / fine;
      expect(Math.abs(count / draws - mean / bins)).toBeLessThan(4 * Math.sqrt(mean / bins / draws));
    });
  });
});
