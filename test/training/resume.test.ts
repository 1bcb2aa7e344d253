import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { Run } from "../../runtime/run/run-plan.ts";
import { readProgress } from "../../runtime/train/checkpoint.ts";
import { stageFiles } from "../../runtime/train/train-stage.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { silent, smallRun } from "./small-run.ts";

async function data(): Promise<string> {
  const out = temporaryFolder();
  await synthesise({ out, videos: 6, frames: 20, seed: 5, size: 32 });
  return out;
}

/** Everything that a run's stages wrote, but TensorBoard's files, which have the time in them. */
function written(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(join(folder, "stages"), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => /\.(safetensors|jsonl|json)$/.test(name)).toSorted();
  return new Map(files.map((name) => [name, readFileSync(join(folder, "stages", name)).toString("base64")]));
}

/** Starts the training in a process of its own and kills it without notice when it tells of a step. */
function killedAt(line: string, root: string, folder: string): Promise<NodeJS.Signals | null> {
  const script = fileURLToPath(new URL("./train-and-tell.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, root, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: child.stdout }).on("line", (said) => {
    if (said === line) child.kill("SIGKILL");
  });
  return new Promise((resolve) => {
    child.on("close", (_, signal) => resolve(signal));
  });
}

describe("a training", () => {
  test("with the same seed gives the same bytes; killed in the middle and resumed, too", async () => {
    const root = await data();
    const [whole, again, killed] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    expect(await smallRun(root, whole).train()).toBe(true);
    expect(await smallRun(root, again).train()).toBe(true);
    const expected = written(whole);
    expect([...expected.keys()].filter((name) => name.endsWith("kept.safetensors")).length).toBe(4);
    expect(written(again)).toEqual(expected);

    // In the second epoch of the last stage: its first epoch is on the disk, and steps after it are lost.
    const last = smallRun(root, whole).plan.stages.at(-1)?.label ?? "";
    const stage = smallRun(root, killed).plan.stages.at(-1);
    if (stage === undefined) throw new Error("no stage");
    const perEpoch =
      (readProgress(join(smallRun(root, whole).options.folder.stage(stage), stageFiles.last))?.step ?? 0) / 2;
    expect(await killedAt(`${last} ${perEpoch + 2}`, root, killed)).toBe("SIGKILL");
    const progress = readProgress(join(smallRun(root, killed).options.folder.stage(stage), stageFiles.last));
    expect([progress?.step, progress?.finished]).toEqual([perEpoch, false]);

    const cached: string[] = [];
    const watch = { ...silent, stageCached: ({ label }: { readonly label: string }) => void cached.push(label) };
    expect(await smallRun(root, killed, { watch }).train()).toBe(true);
    expect(cached.length).toBe(3);
    expect(written(killed)).toEqual(expected);
  });

  test("that is interrupted leaves a checkpoint of the step at hand and goes on from it", async () => {
    const root = await data();
    const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
    await smallRun(root, whole).train();
    const interruption = new AbortController();
    let steps = 0;
    const watch = { ...silent, step: () => void (++steps === 3 && interruption.abort()) };
    expect(await smallRun(root, stopped, { watch, signal: interruption.signal }).train()).toBe(false);
    const run = smallRun(root, stopped);
    const [first] = run.plan.stages;
    if (first === undefined) throw new Error("no stage");
    expect((await run.progressOf(first))?.step).toBe(3);
    expect(await run.train()).toBe(true);
    expect(written(stopped)).toEqual(written(whole));
  });

  test("on other data begins anew", async () => {
    const [root, folder] = [await data(), temporaryFolder()];
    await smallRun(root, folder).train();
    const file = join(root, "training_set_annotations.txt");
    const lines = readFileSync(file, "utf8").trim().split("\n");
    writeFileSync(file, `${lines.slice(0, -1).join("\n")}\n`);
    const [first] = smallRun(root, folder).plan.stages;
    if (first === undefined) throw new Error("no stage");
    expect(await smallRun(root, folder).isFinished(first)).toBe(false);
  });

  test("stops at a loss that is not finite, naming step, task and checkpoint, which stays", async () => {
    const [root, folder] = [await data(), temporaryFolder()];
    const run = smallRun(root, folder);
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
  const [root, folder] = [await data(), temporaryFolder()];
  const run = smallRun(root, folder);
  const [first] = run.plan.stages;
  if (first === undefined) throw new Error("no stage");
  const nothing = { kind: "/", left: { kind: "number", value: 0 }, right: { kind: "number", value: 0 } } as const;
  const stages = [{ ...first, keep: { kind: "best", metric: nothing } as const }];
  const judged = new Run({ ...run.plan, stages, assemblies: [], exports: [] }, run.options);
  expect(await judged.train()).toBe(true);
  const progress = readProgress(join(run.options.folder.stage(first), stageFiles.last));
  expect(progress?.best).toEqual({ value: null, step: progress?.step });
});
