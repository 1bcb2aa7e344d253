import { readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { type AlteredFile, readSealed, writeSealed } from "../../runtime/checkpoints/sealed.ts";
import type { Tensor } from "../../runtime/engines/engine.ts";
import { resultsOf } from "../../runtime/run/results.ts";
import { RunFolder } from "../../runtime/run/run-folder.ts";
import { Run } from "../../runtime/run/run-plan.ts";
import { trainPlan } from "../../runtime/run/train-plan.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

const stageNamed = (run: Run, label: string): StagePlan => {
  const stage = run.plan.stages.find((each) => each.label === label);
  if (stage === undefined) throw new Error(`there is no ${label}`);
  return stage;
};

const labels = (stages: readonly { readonly stage: StagePlan }[]) => stages.map(({ stage }) => stage.label);

test("a stage that fails stops only what needs it; what is judged is what is trained", {
  timeout: 60_000,
}, async () => {
  const [root, folder] = [drawnNumbers(), temporaryFolder()];
  const run = numberRun(root, folder);
  const broken = (stage: StagePlan): StagePlan => ({
    ...stage,
    groups: stage.groups.map((group) => ({ ...group, rate: { kind: "constant", value: 1e38, warmup: undefined } })),
  });
  const stages = run.plan.stages.map((stage) =>
    stage.label === "alone(au)" ? { ...broken(stage), hash: stage.hash } : stage,
  );
  const spoilt = new Run({ ...run.plan, stages }, run.options);
  const { trained, failed, left, interrupted } = await trainPlan(spoilt);
  expect(interrupted).toBe(false);
  expect(labels(failed)).toEqual(["alone(au)"]);
  expect(failed[0]?.problem.message).toMatch(/loss of `au` is/);
  expect(left.map(({ stage, needs }) => [stage.label, needs.label])).toEqual([["together", "alone(au)"]]);
  expect(new Set(trained)).toEqual(
    new Set(["alone(expr)", "alone(valence)"].map((label) => stageNamed(run, label).hash)),
  );
  expect(new Set((await resultsOf(spoilt)).map(({ of }) => of))).toEqual(new Set(["alone(expr)", "alone(valence)"]));
  // What is mended goes on where it failed.
  const mended = await trainPlan(numberRun(root, folder));
  expect(mended.trained).toEqual(new Set(["alone(au)", "together"].map((label) => stageNamed(run, label).hash)));
});

describe("a file of a run that is not as it was written", () => {
  /** Trains, spoils, trains again: what was told, and how many stages were trained again. */
  async function spoiltBy(spoil: (run: Run) => void) {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const first = numberRun(root, folder);
    await first.train();
    await resultsOf(first);
    const before = writtenBy(folder);
    spoil(first);
    const told: AlteredFile[] = [];
    const again = numberRun(root, folder, { watch: { ...silent, altered: (problem) => void told.push(problem) } });
    const { trained } = await trainPlan(again);
    await resultsOf(again);
    expect(writtenBy(folder)).toEqual(before);
    return { told: told.map(({ file, reason }) => `${file.split("/").at(-1)}: ${reason}`), trained: trained.size };
  }
  const fileOf = (run: Run, label: string, name: string) =>
    join(run.options.folder.stage(stageNamed(run, label)), name);
  const flip = (path: string) => {
    const bytes = readFileSync(path);
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };

  test.each<readonly [string, (run: Run) => void, string, number]>([
    [
      "kept weights with another bit",
      (run) => flip(fileOf(run, "alone(valence)", stageFiles.kept)),
      "kept.safetensors: its content is not what was written",
      1,
    ],
    [
      "kept weights cut short",
      (run) => truncateSync(fileOf(run, "together", stageFiles.kept), 3000),
      "kept.safetensors: ",
      1,
    ],
    [
      "kept weights that are gone",
      (run) => rmSync(fileOf(run, "together", stageFiles.kept)),
      "kept.safetensors: there is no such file",
      1,
    ],
    [
      "a checkpoint without a header",
      (run) => writeFileSync(fileOf(run, "alone(expr)", stageFiles.last), "nothing"),
      "last.safetensors: it is too short",
      1,
    ],
    [
      "predictions with another bit",
      (run) => flip(fileOf(run, "together", "predictions/val.safetensors")),
      "val.safetensors: its content is not what was written",
      0,
    ],
  ])("is told and made again, to the byte: %s", async (_, spoil, message, trained) => {
    const found = await spoiltBy(spoil);
    expect(found.told.length).toBe(1);
    expect(found.told[0]).toContain(message);
    expect(found.trained).toBe(trained);
  });

  test("so are features that a stage still needs", async () => {
    const found = await spoiltBy((run) => {
      const { folder } = run.options;
      flip(fileOf(run, "alone(au)", "features/x-train.safetensors"));
      rmSync(join(folder.stage(stageNamed(run, "together")), stageFiles.last));
    });
    expect(found).toEqual({ told: ["x-train.safetensors: its content is not what was written"], trained: 1 });
  });

  test.each<readonly [string, string, (path: string) => void, string]>([
    ["the checkpoint", stageFiles.last, flip, "its content is not what was written"],
    ["what was kept so far", stageFiles.kept, flip, "its content is not what was written"],
    ["what was kept so far, which is gone", stageFiles.kept, (path) => rmSync(path), "there is no such file"],
  ])("so is, of a stage that was stopped, %s", async (_, name, spoil, message) => {
    const [root, whole, folder] = [drawnNumbers(), temporaryFolder(), temporaryFolder()];
    await numberRun(root, whole).train();
    const interruption = new AbortController();
    let steps = 0;
    const stopped = numberRun(root, folder, {
      signal: interruption.signal,
      watch: { ...silent, step: () => void (++steps === 12 && interruption.abort()) },
    });
    await stopped.train();
    spoil(fileOf(stopped, stopped.plan.stages[0]?.label ?? "", name));
    const told: string[] = [];
    const watch = { ...silent, altered: ({ reason }: AlteredFile) => void told.push(reason) };
    expect(await numberRun(root, folder, { watch }).train()).toBe(true);
    expect(told).toEqual([message]);
    expect(writtenBy(folder)).toEqual(writtenBy(whole));
  });

  test("weights that make numbers without an end give no scores", async () => {
    const run = numberRun(drawnNumbers(), temporaryFolder());
    await run.train();
    const path = fileOf(run, "together", stageFiles.kept);
    const { tensors, header } = readSealed(path);
    const { digest: _digest, ...metadata } = header.metadata;
    const huge = [...tensors].map(([name, { shape, data }]): [string, Tensor] => [
      name,
      { dtype: "float32", shape, data: new Float32Array(data.length).fill(3e38) },
    ]);
    writeSealed(path, new Map(huge), metadata);
    await expect(resultsOf(numberRun(run.plan.stages[0]?.data.root ?? "", run.options.folder.path))).rejects.toThrow(
      /^together: its `\w+` of video\d+\/\d+\.jpg is NaN; try a lower rate/,
    );
  });
});

test("a full disk stops everything at once, and the same plan goes on from there", async () => {
  const [root, whole, folder] = [drawnNumbers(), temporaryFolder(), temporaryFolder()];
  await numberRun(root, whole).train();
  const started: string[] = [];
  const run = numberRun(root, folder, {
    watch: {
      ...silent,
      stageStarts: ({ label }) => void started.push(label),
      epoch: () => {
        // The checkpoint after the second stage's first epoch goes to a device that is always full.
        if (started.length !== 2) return;
        const path = join(run.options.folder.stage(stageNamed(run, started[1] ?? "")), stageFiles.last);
        rmSync(`${path}.${process.pid}.part`, { force: true });
        symlinkSync("/dev/full", `${path}.${process.pid}.part`);
      },
    },
  });
  expect((await trainPlan(run)).stopped).toMatchObject({ code: "ENOSPC" });
  expect(started.length).toBe(2);
  expect(await numberRun(root, folder).train()).toBe(true);
  expect(writtenBy(folder)).toEqual(writtenBy(whole));
});

describe("a run's folder", () => {
  test("is held by one process at a time, which the other is told of or waits for", async () => {
    const folder = new RunFolder(temporaryFolder());
    const release = folder.lock();
    expect(() => folder.lock()).toThrow(`is in use by process ${process.pid}; --wait waits for it`);
    const holders: string[] = [];
    const then = await folder.lockWhenFree((holder) => {
      holders.push(holder);
      release();
    });
    expect(holders).toEqual([`process ${process.pid}`]);
    expect(() => folder.lock()).toThrow("in use");
    then();
    folder.lock()();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test.each([
    // Process numbers end at 2^22.
    ["of a process that is gone", `9999999 ${hostname()}`],
    ["of an earlier process that had this one's number", `${process.pid} ${hostname()}`],
    ["with nothing in it", ""],
  ])("with a lock %s is free", (_, text) => {
    const folder = new RunFolder(temporaryFolder());
    writeFileSync(join(folder.path, "lock"), text);
    folder.lock()();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("has stages that are held one by one, without what a killed process was writing", () => {
    const run = numberRun(drawnNumbers(), temporaryFolder());
    const { folder } = run.options;
    const [first, second] = run.plan.stages;
    if (first === undefined || second === undefined) throw new Error("there are two stages");
    const files = folder.below(folder.stage(first));
    folder.writeText(`${files}/checkpoints/last.safetensors.4711.part`, "half");
    const release = folder.lockStage(first);
    expect(readdirSync(join(folder.path, files, "checkpoints"))).toEqual([]);
    expect(() => folder.lockStage(first)).toThrow(`in use by process ${process.pid}`);
    folder.lockStage(second)();
    release();
    folder.lockStage(first)();
  });

  test("that another machine holds is not free, whatever runs here", () => {
    const folder = new RunFolder(temporaryFolder());
    writeFileSync(join(folder.path, "lock"), "9999999 elsewhere");
    expect(() => folder.lock()).toThrow("is in use by process 9999999 of elsewhere");
  });
});
