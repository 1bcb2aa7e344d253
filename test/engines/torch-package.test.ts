import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { writePackage } from "../../runtime/engines/torch/write-package.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { type EpochRecord, readMetrics } from "../../runtime/train/metrics-log.ts";
import { packStage } from "../../runtime/train/pack-stage.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { trainStage } from "../../runtime/train/train-stage.ts";
import { tolerances } from "../tolerances.ts";
import { smallRun } from "../training/small-run.ts";
import { pythonWithTorch } from "./torch-here.ts";

const python = pythonWithTorch();

describe.skipIf(python === undefined)("a packed stage in PyTorch (PYTHON names the interpreter)", () => {
  const folder = mkdtempSync(join(tmpdir(), "abaw-pack-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [packed, package_] = [join(folder, "packed"), join(folder, "package")];
  let run: Run;
  let expected: readonly EpochRecord[] = [];

  beforeAll(async () => {
    const root = join(folder, "faces");
    await synthesise({ out: root, videos: 6, frames: 20, seed: 3, size: 32 });
    run = smallRun(root, join(folder, "run"));
    const [stage] = run.plan.stages;
    if (stage === undefined) throw new Error("the small run has no stage");
    const inputs = await run.inputsOf(stage, ["train", "val"]);
    const own = join(folder, "stage");
    await trainStage(stage, {
      engine: run.options.engine,
      folder: own,
      identity: await run.identityOf(stage),
      inputs,
      keptOf: (hash) => run.keptOf(hash),
      onStep: () => undefined,
      onEpoch: () => undefined,
      signal: run.options.signal,
    });
    expected = readMetrics(join(own, stageFiles.log));
    await packStage(stage, inputs, (hash) => run.keptOf(hash), packed);
    writePackage(package_, { label: stage.label, parameters: stage.parameters, forward: stage.graphs.forward() });
  }, 120_000);

  const train = (out: string, launch: readonly string[]): readonly EpochRecord[] => {
    const args = [
      ...launch,
      "train.py",
      "--data",
      packed,
      "--out",
      join(folder, out),
      "--workers",
      "0",
      "--device",
      "cpu",
    ];
    execFileSync(python ?? "", args, { cwd: package_, stdio: ["ignore", "ignore", "pipe"] });
    return readMetrics(join(folder, out, "metrics.jsonl"));
  };

  test.each([
    ["one process", []],
    ["two processes under torchrun", ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]],
  ])("is trained by %s as `abaw train` trains it", { timeout: 300_000 }, (name, launch) => {
    const found = train(name, launch);
    expect(found.map(({ epoch, step }) => [epoch, step])).toEqual(expected.map(({ epoch, step }) => [epoch, step]));
    found.forEach(({ losses, scores }, i) => {
      for (const [term, loss] of Object.entries(expected[i]?.losses ?? {}))
        expect(Math.abs((losses[term] ?? Number.NaN) - loss), `${term} ${i}`).toBeLessThan(tolerances.packed * loss);
      expect(Object.keys(scores)).toEqual(Object.keys(expected[i]?.scores ?? {}));
    });
    expect(found.length).toBeGreaterThan(0);
  });

  test("goes on from where it was, and has nothing to do when it is done", { timeout: 300_000 }, () => {
    const first = train("again", []);
    expect(train("again", [])).toEqual(first);
  });
});
