import { describe, expect, test } from "vitest";
import { compiled, planOf } from "../plan-of.ts";
import { numberSpec } from "../training/number-run.ts";

const sweep = (over: string, search: string, more = "") => `${numberSpec}
sweep tried = alone(au) { over: {${over}}, search: ${search}, report: [score(au)]${more} }
`;

function pointsOf(text: string) {
  const [found] = planOf(text).sweeps;
  if (found === undefined) throw new Error("there is a sweep");
  return found.points.map(({ axes }) => Object.fromEntries(axes));
}

describe("points drawn at random", () => {
  test("lie in their ranges, logarithmic ones evenly by their logarithm, and in their lists", () => {
    const points = pointsOf(
      sweep("optimizer.lr: log(1e-6 .. 1e-2), batch: 8 .. 11, seed: [3, 4]", "random(trials: 100, seed: 5)"),
    );
    expect(points.length).toBe(100);
    const rates = points.map((point) => Number(point["optimizer.lr"]));
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-6);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-2);
    // Half of a hundred, give or take three standard deviations.
    const low = rates.filter((rate) => rate < 1e-4).length;
    expect(Math.abs(low - 50)).toBeLessThan(15);
    expect(new Set(points.map(({ batch }) => batch))).toEqual(new Set(["8", "9", "10", "11"]));
    expect(new Set(points.map(({ seed }) => seed))).toEqual(new Set(["3", "4"]));
  });

  test("are a function of the seed and their number: more trials go on where fewer end", () => {
    const over = "optimizer.lr: log(1e-6 .. 1e-2)";
    const ten = pointsOf(sweep(over, "random(trials: 10, seed: 5)"));
    expect(pointsOf(sweep(over, "random(trials: 10, seed: 5)"))).toEqual(ten);
    expect(pointsOf(sweep(over, "random(trials: 20, seed: 5)")).slice(0, 10)).toEqual(ten);
    expect(pointsOf(sweep(over, "random(trials: 10, seed: 6)"))).not.toEqual(ten);
  });

  test("are each tried once, and no more than there are", () => {
    const points = pointsOf(sweep("batch: [8, 16], ema: [0.9, none]", "random(trials: 30)"));
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(4);
    expect(points.length).toBe(4);
  });

  test("are trained with each of some seeds", () => {
    const points = pointsOf(sweep("batch: 8 .. 64", "random(trials: 3)", ", seeds: [1, 2]"));
    expect(points.map(({ seed }) => seed)).toEqual(["1", "2", "1", "2", "1", "2"]);
    expect(points[0]?.["batch"]).toBe(points[1]?.["batch"]);
  });

  test("a later axis may read an earlier one", () => {
    const points = pointsOf(sweep("batch: [8, 16], seed: [batch, batch + 1]", "random(trials: 8)"));
    for (const { batch, seed } of points) expect([Number(batch), Number(batch) + 1]).toContain(Number(seed));
  });
});

test("a search that needs results to go on is for later", () => {
  const later = (search: string) =>
    compiled(sweep("batch: 8 .. 64", search)).diagnostics.map(({ code, message }) => [code, message]);
  expect(later("tpe(trials: 4)")).toEqual([["not-yet", "`tpe`: checked, but this version cannot train with it"]]);
  expect(later("random(trials: 4, prune: asha())")).toEqual([
    ["not-yet", "`prune`: checked, but this version cannot train with it"],
  ]);
});
