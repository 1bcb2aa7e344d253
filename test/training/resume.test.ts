import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Run } from "../../runtime/run/run-plan.ts";
import { readProgress } from "../../runtime/train/checkpoint.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

/** Trains in a process of its own, which dies without notice once it has told of something. */
function killedAt(line: string, root: string, folder: string): Promise<NodeJS.Signals | null> {
  const script = fileURLToPath(new URL("./train-and-tell.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, root, folder, line], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new Promise((resolve) => {
    child.on("close", (_, signal) => resolve(signal));
  });
}

describe("a training", () => {
  test("with the same seed gives the same bytes; killed in the middle and resumed, too", async () => {
    const root = drawnNumbers();
    const [whole, again, killed] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    expect(await numberRun(root, whole).train()).toBe(true);
    expect(await numberRun(root, again).train()).toBe(true);
    const expected = writtenBy(whole);
    expect([...expected.keys()].filter((name) => name.endsWith("kept.safetensors")).length).toBe(4);
    expect(writtenBy(again)).toEqual(expected);

    // In the second of three epochs of the last stage: its first is on the disk, and steps after it are lost.
    const last = numberRun(root, whole).plan.stages.at(-1)?.label ?? "";
    const stage = numberRun(root, killed).plan.stages.at(-1);
    if (stage === undefined) throw new Error("no stage");
    const perEpoch =
      (readProgress(join(numberRun(root, whole).options.folder.stage(stage), stageFiles.last))?.step ?? 0) / 3;
    expect(await killedAt(`${last} ${perEpoch + 2}`, root, killed)).toBe("SIGKILL");
    const progress = readProgress(join(numberRun(root, killed).options.folder.stage(stage), stageFiles.last));
    expect([progress?.step, progress?.finished]).toEqual([perEpoch, false]);

    const cached: string[] = [];
    const watch = { ...silent, stageCached: ({ label }: { readonly label: string }) => void cached.push(label) };
    expect(await numberRun(root, killed, { watch }).train()).toBe(true);
    expect(cached.length).toBe(3);
    expect(writtenBy(killed)).toEqual(expected);
  });

  test("that is interrupted leaves a checkpoint of the step at hand and goes on from it", async () => {
    const root = drawnNumbers();
    const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
    await numberRun(root, whole).train();
    const interruption = new AbortController();
    let steps = 0;
    const watch = { ...silent, step: () => void (++steps === 3 && interruption.abort()) };
    expect(await numberRun(root, stopped, { watch, signal: interruption.signal }).train()).toBe(false);
    const run = numberRun(root, stopped);
    const [first] = run.plan.stages;
    if (first === undefined) throw new Error("no stage");
    expect((await run.progressOf(first))?.step).toBe(3);
    expect(await run.train()).toBe(true);
    expect(writtenBy(stopped)).toEqual(writtenBy(whole));
  });

  test("on other data begins anew", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    await numberRun(root, folder).train();
    const file = join(root, "training_set_annotations.txt");
    const lines = readFileSync(file, "utf8").trim().split("\n");
    writeFileSync(file, `${lines.slice(0, -1).join("\n")}\n`);
    const [first] = numberRun(root, folder).plan.stages;
    if (first === undefined) throw new Error("no stage");
    expect(await numberRun(root, folder).isFinished(first)).toBe(false);
  });

  test("stops at a loss that is not finite, naming step, task and checkpoint, which stays", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const run = numberRun(root, folder);
    const [first] = run.plan.stages;
    if (first === undefined) throw new Error("no stage");
    const broken = {
      ...run.plan,
      stages: [
        {
          ...first,
          groups: first.groups.map((group) => ({
            ...group,
            rate: { kind: "constant" as const, value: 1e38, warmup: undefined },
          })),
        },
      ],
    };
    await expect(new Run(broken, run.options).train()).rejects.toThrow(
      /loss of `au` is (NaN|Infinity) in step \d+.*last good checkpoint/s,
    );
    expect(existsSync(join(run.options.folder.stage(first), stageFiles.kept))).toBe(false);
  });
});

test("a metric without a value keeps the latest weights; one with a value is better than none", async () => {
  const [root, folder] = [drawnNumbers(), temporaryFolder()];
  const run = numberRun(root, folder);
  const [first] = run.plan.stages;
  if (first === undefined) throw new Error("no stage");
  const nothing = { kind: "/", left: { kind: "number", value: 0 }, right: { kind: "number", value: 0 } } as const;
  const stages = [{ ...first, keep: { kind: "best", metric: nothing } as const }];
  const judged = new Run({ ...run.plan, stages, assemblies: [], exports: [] }, run.options);
  expect(await judged.train()).toBe(true);
  const progress = readProgress(join(run.options.folder.stage(first), stageFiles.last));
  expect(progress?.best).toEqual({ "": { value: null, step: progress?.step } });
});
