import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { resultsOf, stageResults } from "../../runtime/run/results.ts";
import { Run, type RunOptions } from "../../runtime/run/run-plan.ts";
import { type Outcome, trainPlan } from "../../runtime/run/train-plan.ts";
import { type CarriedOut, carryOut } from "../../runtime/search/carry-out.ts";
import { readFound, searchFile } from "../../runtime/search/search-file.ts";
import { planOf } from "../plan-of.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "../training/number-run.ts";
import { silent } from "../training/small-run.ts";

const search = (search: string, over = "optimizer.lr.peak: log(1e-4 .. 1e-1), batch: [4, 8, 16]") => `
sweep rates = alone(au) { over: {${over}}, search: ${search}, report: [score(au)] }
`;

interface Carried extends CarriedOut {
  /** Stages in the order in which trainings of them began. */
  readonly begun: readonly string[];
  readonly rounds: readonly (readonly [known: number, trials: number])[];
  readonly rungs: readonly (readonly [epochs: number, ended: number, left: number])[];
}

interface Conditions {
  readonly seconds?: () => number;
  readonly options?: Partial<RunOptions>;
  /** Told before each stage. */
  readonly before?: (stage: StagePlan) => void;
}

async function carried(text: string, root: string, folder: string, conditions: Conditions = {}): Promise<Carried> {
  const { seconds = () => 0, options = {}, before: told } = conditions;
  const begun: string[] = [];
  const rounds: (readonly [number, number])[] = [];
  const rungs: (readonly [number, number, number])[] = [];
  const watch = {
    ...silent,
    stageStarts: (stage: StagePlan) => {
      begun.push(stage.label);
      told?.(stage);
    },
  };
  const spec = `${numberSpec}${text}`;
  const found = await carryOut({
    runWith: async (results, before) => {
      if (before === undefined) return numberRun(root, folder, { watch, ...options }, spec);
      const plan = planOf(spec, { set: [["faces.root", JSON.stringify(root)]], results });
      return new Run(plan, before.options, before);
    },
    train: trainPlan,
    clock: seconds,
    onRound: (sweep, known) => rounds.push([known, sweep.points.length]),
    onRung: (_, { value }, ended, left) => rungs.push([value, ended, left]),
  });
  return { ...found, begun, rounds, rungs };
}

const labels = (stages: Outcome["failed" | "left"]) => stages.map(({ stage }) => stage.label);
const trialsIn = (folder: string) => readFound(folder).results.trials.get("rates") ?? [];
const epochs = async (run: Run, label: string) => {
  const stage = run.plan.stages.find((each) => each.label === label);
  const progress = stage && (await run.progressOf(stage));
  return progress === undefined ? 0 : progress.step / progress.stepsPerEpoch;
};

describe("a search", { timeout: 120_000 }, () => {
  test("draws in rounds from what trials reached, ends those that are behind, and is the same again without training", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const text = search("tpe(trials: 16, prune: asha(factor: 3), seed: 1)");
    const first = await carried(text, root, folder);
    expect(first.rounds).toEqual([
      [0, 10],
      [10, 14],
      [14, 16],
    ]);
    const trials = trialsIn(folder);
    expect(trials.length).toBe(16);
    const [ended, whole] = [true, false].map((early) => trials.filter((trial) => (trial.ended !== null) === early));
    // After the first epoch: of ten the best four, then of all that came there the best third.
    expect(first.rungs[0]).toEqual([1, 6, 4]);
    expect(first.rungs.reduce((sum, [, count]) => sum + count, 0)).toBe(ended?.length);
    for (const { point, value } of whole ?? []) {
      const label = `rates[${point}]`;
      expect(await epochs(first.run, label), label).toBe(3);
      const [score] = (await resultsOf(first.run)).filter(({ of }) => of === label);
      expect(value).toBe(score?.score.score);
    }
    for (const { point } of ended ?? []) expect(await epochs(first.run, `rates[${point}]`)).toBe(1);
    const written = writtenBy(folder);
    const file = readFileSync(join(folder, searchFile), "utf8");
    // What a search remembers is not asked.
    rmSync(join(folder, searchFile));
    const again = await carried(text, root, folder);
    expect([again.begun, again.rounds, again.rungs]).toEqual([[], first.rounds, first.rungs]);
    expect(writtenBy(folder)).toEqual(written);
    expect(readFileSync(join(folder, searchFile), "utf8")).toBe(file);
  });

  test("interrupted at any round goes on to what the whole one reaches", async () => {
    const [root, whole, folder] = [drawnNumbers(), temporaryFolder(), temporaryFolder()];
    const text = search("tpe(trials: 12, prune: asha(factor: 3), seed: 2)");
    await carried(text, root, whole);
    for (const stop of [3, 11, 20, 40, 60, 80]) {
      const interruption = new AbortController();
      let steps = 0;
      const watch = { ...silent, step: () => void (++steps === stop && interruption.abort()) };
      const { outcome } = await carried(text, root, folder, { options: { watch, signal: interruption.signal } });
      if (!outcome.interrupted) break;
    }
    await carried(text, root, folder);
    expect(writtenBy(folder)).toEqual(writtenBy(whole));
    expect(readFileSync(join(folder, searchFile), "utf8")).toBe(readFileSync(join(whole, searchFile), "utf8"));
  });

  test("that is pruned looks at more than one rung, and at the mean over seeds", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const text = `
sweep rates = alone(au) {
  over: {optimizer.lr.peak: log(1e-4 .. 1e-1)}, search: random(trials: 8, prune: asha(factor: 2)), seeds: [1, 2]
  report: [score(au)]
}
`;
    const { rungs, run, rounds } = await carried(text, root, folder);
    expect(rounds).toEqual([[0, 16]]);
    expect(rungs).toEqual([
      [1, 4, 4],
      [2, 2, 2],
    ]);
    const trials = trialsIn(folder);
    expect(trials.filter(({ ended }) => ended === null).length).toBe(2);
    for (const { point, ended } of trials)
      for (const seed of [1, 2]) {
        const expected = ended === null ? 3 : 2 ** ended;
        expect(await epochs(run, `rates[${point}, seed: ${seed}]`)).toBe(expected);
      }
  });

  test("trains to its end what an assembly has of it by name", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const text = `${search("random(trials: 8, prune: asha(factor: 4), seed: 1)")}
assemble named on faces { au: mean([s.au for s in [rates[0], rates[1], rates[2], rates[3]]]) }
`;
    const { run } = await carried(text, root, folder);
    const trials = trialsIn(folder);
    for (const { point } of trials.slice(0, 4)) expect(await epochs(run, `rates[${point}]`)).toBe(3);
    expect(trials.filter(({ ended }) => ended !== null).length).toBeGreaterThan(2);
    expect((await resultsOf(run)).some(({ of }) => of === "named")).toBe(true);
  });

  test("keeps trials that fail in its results, tries them once a call, and goes on", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const text = search("tpe(trials: 14, seed: 1)", "optimizer.lr.peak: log(1e-2 .. 1e60)");
    const { outcome, begun } = await carried(text, root, folder);
    const failed = trialsIn(folder).filter(({ value }) => value === null);
    expect(failed.length).toBeGreaterThan(3);
    expect(failed.length).toBeLessThan(14);
    expect(labels(outcome.failed).toSorted()).toEqual(failed.map(({ point }) => `rates[${point}]`).toSorted());
    expect(new Set(begun).size).toBe(begun.length);
  });

  test("counts what failed before a rung as failed, not as ended", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const text = search("tpe(trials: 14, prune: asha(factor: 2), seed: 1)", "optimizer.lr.peak: log(1e-2 .. 1e60)");
    const { outcome, begun } = await carried(text, root, folder);
    const failed = labels(outcome.failed);
    expect(failed.length).toBeGreaterThan(3);
    for (const { point, value, ended } of trialsIn(folder))
      if (failed.includes(`rates[${point}]`)) expect([value, ended], point).toEqual([null, null]);
    for (const label of failed) expect(begun.filter((each) => each === label).length, label).toBe(1);
  });

  test("ends by its time, counted over calls, and by its epochs", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    // A quarter of an hour goes by with each stage.
    let time = 0;
    const seconds = () => time;
    const before = () => {
      time += 900;
    };
    const text = search("tpe(trials: 40, stop: 3 hours, seed: 1)");
    const interruption = new AbortController();
    let begun = 0;
    const stops = () => {
      before();
      begun += 1;
      if (begun === 5) interruption.abort();
    };
    await carried(text, root, folder, { seconds, before: stops, options: { signal: interruption.signal } });
    expect(readFound(folder).spent.get("rates")).toBe(5 * 900);
    const rest = await carried(text, root, folder, { seconds, before });
    expect(rest.run.plan.sweeps[0]?.points.length).toBe(trialsIn(folder).length);
    // Twelve quarters: five before, the fifth once more to its end, and six others; three more belong to no search.
    expect(trialsIn(folder).filter(({ value }) => value !== null).length).toBe(11);
    expect((await carried(text, root, folder, { seconds, before })).begun).toEqual([]);
    const counted = temporaryFolder();
    await carried(search("random(stop: 36 epochs, seed: 1)"), root, counted);
    // Ten trials of three epochs are thirty, four more are enough.
    expect(trialsIn(counted).length).toBe(14);
  });
});

describe("the best of several", { timeout: 120_000 }, () => {
  const text = `${search("random(trials: 6, prune: asha(factor: 2), seed: 3)")}
ahead = joint([au, expr], []) with {init: {face: best(rates, score(au)).face}}
assemble final on faces { au: best([best(rates, score(au)), ahead], score(au)) }
`.replace("best([best(rates, score(au)), ahead], score(au))", "best([best(rates, score(au)), alone(au)], score(au))");

  test("is trained first, found by its score, and what waits for it is made of it", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const { run, begun, outcome } = await carried(text, root, folder);
    expect(outcome.failed).toEqual([]);
    const results = await resultsOf(run);
    const scores = trialsIn(folder).flatMap(({ point, value, ended }) =>
      ended === null && value !== null ? [{ label: `rates[${point}]`, value }] : [],
    );
    const top = scores.toSorted((a, b) => b.value - a.value)[0];
    const ahead = run.plan.stages.find(({ label }) => label === "ahead");
    const from = ahead?.parameters.flatMap((each) => (each.from.kind === "stage" ? [each.from.stage] : []));
    expect(new Set(from)).toEqual(new Set([run.plan.stages.find(({ label }) => label === top?.label)?.hash]));
    expect(begun.indexOf("ahead")).toBeGreaterThan(begun.lastIndexOf(top?.label ?? ""));
    const alone = results.find(({ of }) => of === "alone(au)")?.score.score ?? Number.NaN;
    const final = results.find(({ of }) => of === "final")?.score.score;
    expect(final).toBe(Math.max(alone, top?.value ?? Number.NaN));
    expect((await carried(text, root, folder)).begun).toEqual([]);
  });

  test("is judged by the checkpoint that is named", async () => {
    const several = `
stage several = train system([au, expr]) on faces {
  loss: {au: bce(au), expr: ce(expr)}, optimizer: adamw(3e-2), batch: 4, duration: 8 epochs
  keep: {au: best(score(au)), expr: best(score(expr)), first: last}
}
assemble final on faces { au: best([several[expr], several[au], several[first]], score(au)) }
`;
    const { run, outcome } = await carried(several, drawnNumbers(), temporaryFolder());
    expect(outcome.failed).toEqual([]);
    const [member] = run.plan.assemblies.flatMap(({ members }) => members);
    const final = (await resultsOf(run)).find(({ of, task }) => of === "final" && task.name === "au");
    const stage = run.plan.stages.find(({ label }) => label === "several");
    if (stage === undefined) throw new Error("there is no stage");
    const [judged] = await stageResults(run, stage, "expr");
    expect(final?.score.score).toBeGreaterThan(judged?.score.score ?? Number.NaN);
    expect(member?.stream).toMatchObject({ kind: "head", checkpoint: "au" });
  });

  test("of what all failed leaves what waits for it", async () => {
    const broken = text.replace("log(1e-4 .. 1e-1)", "log(1e50 .. 1e60)");
    const { outcome } = await carried(broken, drawnNumbers(), temporaryFolder());
    expect(labels(outcome.failed).length).toBe(6);
    expect(labels(outcome.left)).toEqual(["ahead"]);
  });
});
