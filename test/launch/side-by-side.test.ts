import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { memoryLeft, processMemory } from "../../runtime/launch/process-memory.ts";
import { trainSideBySide } from "../../runtime/launch/side-by-side.ts";
import { readManifest } from "../../runtime/run/manifest.ts";
import type { RunOptions } from "../../runtime/run/run-plan.ts";
import { readFound } from "../../runtime/search/search-file.ts";
import { BuiltProgram } from "../built-program.ts";
import { abawInProcess } from "../cli/in-process.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec } from "../training/number-run.ts";

function folderWith(rates: string) {
  const folder = join(drawnNumbers(), "..");
  const sweep = `\nsweep rates = together { over: {optimizer.lr: ${rates}}, report: [score(au)] }\n`;
  writeFileSync(join(folder, "spec.abaw"), `${numberSpec.replace('"nowhere"', '"data"')}${sweep}`);
  return folder;
}

describe("stages side by side", () => {
  let program: BuiltProgram;
  beforeAll(() => {
    program = new BuiltProgram();
  }, 120_000);
  afterAll(() => program.remove());
  const say = (folder: string, ...words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program.path, ...words], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });
    return { status, out: stdout, err: stderr };
  };

  test("reach what they reach one after the other, each trained once", { timeout: 120_000 }, () => {
    const folder = folderWith("[1e-4, 1e-2]");
    const alone = say(folder, "run", "spec.abaw", "--out", "alone");
    const both = say(folder, "run", "spec.abaw", "--out", "both", "--jobs", "2");
    expect([alone.status, both.status]).toEqual([0, 0]);
    const [first, second] = ["alone", "both"].map((run) => readManifest(join(folder, run)).stages);
    expect(second?.map(({ label, steps, trained }) => [label, steps, trained])).toEqual(
      first?.map(({ label, steps, trained }) => [label, steps, trained]),
    );
    for (const { folder: stage } of first ?? []) {
      const kept = (run: string) => readSafetensors(join(folder, run, stage, "checkpoints/kept.safetensors")).tensors;
      const others = kept("both");
      // With fewer threads sums may be added in another order.
      for (const [name, { data }] of kept("alone"))
        expect(largestDifference(others.get(name)?.data ?? [], Array.from(data, Number)), name).toBeLessThan(
          tolerances.engineSteps,
        );
    }
    expect(say(folder, "run", "spec.abaw", "--out", "both", "--jobs", "2").err).not.toMatch(/^\[/m);
  });

  test("are the trials of a search whatever their number at once", { timeout: 240_000 }, () => {
    const folder = folderWith("[1e-3]");
    const search = `
sweep tried = alone(au) {
  over:   {optimizer.lr.peak: log(1e-4 .. 1e-1)}
  search: tpe(trials: 12, prune: asha(factor: 3), seed: 1)
  report: [score(au)]
}
`;
    writeFileSync(join(folder, "spec.abaw"), `${numberSpec.replace('"nowhere"', '"data"')}${search}`);
    const [alone, both] = [
      say(folder, "sweep", "spec.abaw", "--out", "alone"),
      say(folder, "sweep", "spec.abaw", "--out", "both", "--jobs", "2"),
    ];
    expect([alone.status, both.status]).toEqual([0, 0]);
    const trials = (run: string) => readFound(join(folder, run)).results.trials.get("tried");
    const plain = (run: string) => trials(run)?.map(({ point, ended }) => [point, ended]);
    expect(plain("both")).toEqual(plain("alone"));
    expect(plain("alone")?.length).toBe(12);
    expect(alone.err).toMatch(/^search tried: trials 1 to 10 of 12$/m);
    expect(alone.err).toMatch(/^search tried: after 1 epoch 6 trials are ended, 4 go on$/m);
    expect(alone.out).toMatch(/ended after 1 epoch at 0\.\d{4}$/m);
    expect(alone.out.match(/ best$/gm)?.length).toBe(1);
  });

  test("a stage that fails stops only what needs it", { timeout: 120_000 }, () => {
    const { status, err } = say(folderWith("[1e38, 1e-2]"), "sweep", "spec.abaw", "--jobs", "3");
    expect(status).toBe(1);
    expect(err).toMatch(/error: rates\[optimizer\.lr: 1e\+38\]: the loss of `\w+` is (NaN|Infinity) in step \d/);
    expect(err).toMatch(/^\[\d\/5\] rates\[optimizer\.lr: 0\.01\]/m);
  });

  test("interrupted they end after their steps, and the same command goes on", { timeout: 120_000 }, async () => {
    const folder = folderWith("[1e-3]");
    const long = ["--set", "stage.duration=200000 steps"];
    const child = spawn(
      process.execPath,
      [program.path, "run", "spec.abaw", "alone(au)", "alone(expr)", "--jobs", "2", ...long],
      {
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    let err = "";
    child.stderr.on("data", (text: Buffer) => {
      err += text.toString();
    });
    const over = new Promise((resolve) => child.on("close", resolve));
    // Both have written a checkpoint once both have a log.
    for (let tries = 0; tries < 600 && logsIn(join(folder, "runs/spec")) < 2; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill("SIGINT");
    expect(await over).toBe(130);
    expect(err).toContain("the same command goes on from the checkpoint in runs/spec");
    const { out } = await abawInProcess(["plan", "spec.abaw", ...long], folder);
    expect(out.match(/begun, \d+ steps are done/g)?.length).toBe(2);
  });
});

/** How many stages have judged themselves. */
function logsIn(run: string): number {
  const manifest = (() => {
    try {
      return readManifest(run);
    } catch {
      return undefined;
    }
  })();
  return (manifest?.stages ?? []).filter(({ folder }) => {
    try {
      return readFileSync(join(run, folder, "metrics.jsonl"), "utf8") !== "";
    } catch {
      return false;
    }
  }).length;
}

test("stages side by side wait for memory that others have", async () => {
  const [root, folder] = [drawnNumbers(), temporaryFolder()];
  const [log, told] = [join(folder, "log"), join(folder, "told")];
  // Each is there until another is, or is told to wait.
  const script = `
    const { appendFileSync, existsSync, readFileSync } = require("node:fs");
    const [log, told] = process.argv.slice(1);
    appendFileSync(log, "begun ");
    setInterval(() => {
      if (!existsSync(told) && readFileSync(log, "utf8").split("begun").length < 3) return;
      appendFileSync(log, "ended ");
      process.exit();
    }, 5);`;
  const run = numberRun(root, join(folder, "run"));
  const held: string[] = [];
  const { failed } = await trainSideBySide(run, {
    command: [process.execPath, "-e", script, log, told],
    jobs: 2,
    memory: 1,
    onHeld: ({ label }, bytes, left) => {
      held.push(label);
      expect(bytes).toBeGreaterThan(2 ** 27);
      expect(left).toBeLessThan(0);
      writeFileSync(told, "");
    },
  });
  expect(failed).toHaveLength(3);
  expect(held).toHaveLength(2);
  expect(readFileSync(log, "utf8")).toBe("begun ended ".repeat(3));
});

test("what a process takes follows from what it trains, and is not known of other engines and of whole videos", async () => {
  const root = drawnNumbers();
  const bytesOf = async (spec: string, options: Partial<RunOptions> = {}) => {
    const run = numberRun(root, temporaryFolder(), options, spec);
    const stage = run.plan.stages.at(-1);
    return stage && (await processMemory(run, stage));
  };
  const width = 2 ** 24;
  const wide = numberSpec.replace("linear(16)", `linear(${width})`);
  const [plain = 0, averaged = 0] = [
    await bytesOf(wide),
    await bytesOf(wide.replace("batch: 4,", "batch: 4, ema: 0.9,")),
  ];
  // Weights of both layers, their gradients and two moments; and what 128 frames are in an evaluation.
  const weights = 4 * (12 + 8 + 1) * width;
  expect(plain).toBeGreaterThan(1.32 * (4 * weights + 4 * 128 * width));
  expect((averaged - plain) / (1.32 * weights)).toBeCloseTo(1, 1);
  expect(await bytesOf(numberSpec.replace("clip(4, hop: 4)", "whole_video()"))).toBeUndefined();
  expect(await bytesOf(numberSpec, { engine: { ...onnxEngine, name: "torch" } })).toBeUndefined();
  expect(memoryLeft()).toBeGreaterThan(0);
  expect(memoryLeft()).toBeLessThan(totalmem());
});

test.each([
  [["--jobs", "0"], "--jobs"],
  [["--jobs", "2", "--memory", "16G"], '--memory takes a number of GB, such as 16 or 7.5, not "16G"'],
  [["--memory", "16"], "--memory is of --jobs"],
  [["--memory", "16", "--launcher", "slurm"], "of slurm say --sbatch=--mem=16G"],
  [["--jobs", "2", "--launcher", "slurm"], "--jobs is of --launcher local; of slurm say --at-once"],
])("%j is the user's mistake", async (words, message) => {
  const { status, err } = await abawInProcess(["sweep", "spec.abaw", ...words], folderWith("[1e-3]"));
  expect([status, err.includes(message) ? message : err]).toEqual([1, message]);
});
