import { describe, expect, test } from "vitest";
import { noResults, type TrialResult } from "../../compiler/lower/results.ts";
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

describe("points drawn by Parzen estimators", () => {
  const over = "optimizer.lr: log(1e-6 .. 1e-1), batch: 1 .. 64, ema: [0.9, 0.99, none]";
  const search = (trials: number, seed: number) => sweep(over, `tpe(trials: ${trials}, seed: ${seed})`);
  /** Best at a rate of 1e-3, a batch of 40 and an average of 0.99. */
  const reach = (point: Readonly<Record<string, unknown>>) =>
    -((Math.log10(Number(point["optimizer.lr"])) + 3) ** 2) -
    ((Number(point["batch"]) - 40) / 20) ** 2 -
    (point["ema"] === "0.99" ? 0 : 1);

  /** Asks for points and tells what they reach until there are no others. */
  function searched(text: string, tell: (value: number, number: number) => Partial<TrialResult> = () => ({})) {
    const sizes: number[] = [];
    let trials: readonly TrialResult[] = [];
    for (;;) {
      const results = { ...noResults, trials: new Map([["tried", trials]]) };
      const [found] = planOf(text, { results }).sweeps;
      if (found === undefined) throw new Error("there is a sweep");
      sizes.push(found.points.length);
      trials = found.points.map(({ axes, trial }, number) => {
        const value = reach(Object.fromEntries(axes));
        return { point: trial?.point ?? "", value, ended: null, ...tell(value, number) };
      });
      if (found.search?.open !== true) return { sizes, trials, points: found.points };
    }
  }
  const valuesOf = (trials: readonly TrialResult[]) => trials.map(({ value }) => value ?? Number.NaN);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  test("come in rounds, ten at random and then four at a time, those before them unchanged", () => {
    const { sizes, trials } = searched(search(20, 1));
    expect(sizes).toEqual([10, 14, 18, 20]);
    const more = searched(search(24, 1)).trials;
    expect(more.slice(0, 18)).toEqual(trials.slice(0, 18));
    expect(new Set(more.map(({ point }) => point)).size).toBe(24);
  });

  test("are better than those drawn at random", () => {
    const seeds = [1, 2, 3, 4];
    const learnt = seeds.map((seed) => valuesOf(searched(search(40, seed)).trials));
    const random = seeds.map((seed) =>
      pointsOf(sweep(over, `random(trials: 40, seed: ${seed})`)).map((point) => reach(point)),
    );
    const last = (values: readonly number[]) => mean(values.slice(20));
    expect(mean(learnt.map(last))).toBeGreaterThan(mean(random.map(last)) / 2);
    const most = (values: readonly number[]) => Math.max(...values);
    expect(mean(learnt.map(most))).toBeGreaterThan(mean(random.map(most)));
  });

  test("keep away from what failed or was ended early", () => {
    const spoilt = (value: number): Partial<TrialResult> =>
      value < -4 ? { value: null } : { ended: value < -1 ? 0 : null };
    const { trials } = searched(search(40, 1), spoilt);
    const bad = (some: readonly TrialResult[]) => some.filter(({ value }) => value === null).length / some.length;
    expect(bad(trials.slice(20))).toBeLessThan(bad(trials.slice(0, 10)) / 2);
  });

  test("begin anew where the results are of another search, and end with the results where the time is over", () => {
    const { trials } = searched(search(20, 1));
    const known = (seed: number, over: ReadonlySet<string>) => {
      const [found] = planOf(search(20, seed), {
        results: { ...noResults, over, trials: new Map([["tried", trials.slice(0, 12)]]) },
      }).sweeps;
      return [found?.points.length, found?.search?.open];
    };
    expect(known(2, new Set())).toEqual([10, true]);
    expect(known(1, new Set())).toEqual([14, true]);
    expect(known(1, new Set(["tried"]))).toEqual([12, false]);
  });
});

test("what is searched for is what the pruner looks at, or what is reported first", () => {
  const aim = (search: string) => planOf(sweep("batch: 8 .. 64", search)).sweeps[0]?.points[0]?.trial?.aim;
  expect(aim("tpe(trials: 4)")).toEqual({ kind: "score", task: "au" });
  expect(aim("random(trials: 4, prune: asha(metric: 2 * score(au)))")).toMatchObject({ kind: "*" });
});

describe("the best of several", () => {
  const text = `${numberSpec}
ahead = joint([au, expr], [alone(au)]) with {init: {face: best([alone(au), alone(expr)], score(au)).face}}
assemble final on faces { au: best([best([alone(au), together], score(au)), joint([au, expr, valence], [alone(au)])], score(valence)) }
`;
  const broken = text
    .replace("best([alone(au), alone(expr)]", "best([alone(au), alone(au) with {seed: 1}]")
    .replace(
      "best([best([alone(au), together], score(au)), joint([au, expr, valence], [alone(au)])], score(valence))",
      "best([together, joint([au, expr, valence], [alone(au)])], score(au))",
    );

  test("waits for the stages that it is among, and is one of them once that is known", () => {
    expect(compiled(text).diagnostics.map(({ code }) => code)).toContain("chosen-differ");
    const first = planOf(broken);
    expect(first.choices.map(({ stages, waiting }) => [stages.length, waiting.map(({ kind }) => kind)])).toEqual([
      [2, ["stage"]],
      [2, ["assembly"]],
    ]);
    const choices = new Map(first.choices.map(({ key }) => [key, 1]));
    const known = planOf(broken, { results: { ...noResults, choices } });
    expect(known.choices).toEqual([]);
    const stream = known.assemblies[0]?.members[0]?.stream;
    const chosen = first.choices[1]?.stages[1]?.hash;
    expect(stream?.kind === "head" && stream.stage === chosen).toBe(true);
    const hashes = (plan: typeof first) => plan.stages.map(({ hash }) => hash);
    // Only the stage that starts from the other one is another.
    expect(hashes(known).filter((hash) => !hashes(first).includes(hash)).length).toBe(1);
  });
});
