import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { torchEngine } from "../../runtime/engines/torch/index.ts";
import { writePackage } from "../../runtime/engines/torch/write-package.ts";
import type { Run, RunOptions } from "../../runtime/run/run-plan.ts";
import { readMetrics } from "../../runtime/train/metrics-log.ts";
import { packStage } from "../../runtime/train/pack-stage.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { tolerances } from "../tolerances.ts";
import { runOf } from "../training/small-run.ts";
import { forATime, unfreezing } from "../training/unfreezing-spec.ts";
import { pythonWithTorch } from "./torch-here.ts";

const python = pythonWithTorch() ?? "";

describe.skipIf(python === "")("weights that are frozen for a time, in PyTorch", () => {
  const folder = mkdtempSync(join(tmpdir(), "abaw-unfreezing-"));
  const root = join(folder, "faces");
  let run: Run;
  const trained = async (name: string, options: Partial<RunOptions> = {}): Promise<Run> => {
    const made = runOf(unfreezing(forATime), root, join(folder, name), options);
    expect(await made.train()).toBe(true);
    return made;
  };
  const stage = () => {
    const [first] = run.plan.stages;
    if (first === undefined) throw new Error("there is no stage");
    return first;
  };

  beforeAll(async () => {
    await synthesise({ out: root, videos: 6, frames: 20, seed: 5, size: 32 });
    run = await trained("default");
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("come to the engine's optimiser as to the default one's", { timeout: 120_000 }, async () => {
    const engine = torchEngine({ python, processes: 1, device: "cpu", precision: "fp32", compiled: false });
    const other = await trained("torch", { engine });
    const read = (each: Run) => readSafetensors(join(each.options.folder.stage(stage()), stageFiles.last)).tensors;
    const [expected, found] = [read(run), read(other)];
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { data }] of expected)
      expect(largestDifference(found.get(name)?.data ?? [], Array.from(data, Number)), name).toBeLessThan(
        tolerances.engineSteps,
      );
  });

  test("come to a package's own loop, which goes on after it too", { timeout: 120_000 }, async () => {
    const [packed, made, out] = ["packed", "package", "out"].map((name) => join(folder, name));
    if (packed === undefined || made === undefined || out === undefined) throw new Error("there are three names");
    const inputs = await run.inputsOf(stage(), ["train", "val"]);
    await packStage(stage(), inputs, (hash) => run.keptOf(hash), packed);
    const { label, parameters, graphs } = stage();
    writePackage(made, { label, parameters, forward: graphs.forward() });
    const words = ["train.py", "--data", packed, "--out", out, "--workers", "0", "--device", "cpu"];
    execFileSync(python, words, { cwd: made, stdio: ["ignore", "ignore", "pipe"] });
    const expected = readMetrics(join(run.options.folder.stage(stage()), stageFiles.log));
    const found = readMetrics(join(out, "metrics.jsonl"));
    expect(found.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    found.forEach(({ losses }, i) => {
      const loss = expected[i]?.losses["loss"] ?? Number.NaN;
      expect(Math.abs((losses["loss"] ?? Number.NaN) - loss), `step ${i + 1}`).toBeLessThan(tolerances.packed * loss);
    });
  });
});
