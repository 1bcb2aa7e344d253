import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import type { Engine } from "../../runtime/engines/engine.ts";
import { torchEngine } from "../../runtime/engines/torch/index.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { readMetrics } from "../../runtime/train/metrics-log.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { pythonWithTorch } from "../engines/torch-here.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec } from "./number-run.ts";

const spec = `${numberSpec.slice(0, numberSpec.indexOf("stage alone"))}
every = [au, expr, valence]

stage teacher = train system(every) on faces { optimizer: adam(1e-2), batch: 16, duration: 8 epochs, keep: last }

stage student(clipped: bool = false) = train system(every, temporal: clipped) on faces {
  clip: if clipped then clip(5) else none
  loss: {
    au:       asl(au, gamma_neg: 2, gamma_pos: 1, margin: 0.1)
    margins:  piecewise([1, 0], at: [0 epochs, 2 epochs]) * ldam(expr, scale: 4, adjust: 0.5)
    deferred: piecewise([0, 1], at: [0 epochs, 2 epochs]) * ldam(expr, scale: 4, weight: balanced)
    focused:  0.3 * focal(expr) + 0.1 * focal(au, gamma: 1, alpha: 0.4) + 0.1 * ce(expr, smoothing: 0.1)
    distill:  kl(teacher.expr, expr) + kl(au, teacher.au)
    near:     0.5 * mse(valence, teacher.valence) + l1(valence)
  }
  params:    {face.**.weight: {l2: 0.001}}
  optimizer: adam(1e-2), batch: 7, duration: 5 epochs, keep: least(loss.distill)
}

stage copy = train system(every) on faces {
  loss: {distill: kl(teacher.expr, expr) + kl(teacher.au, au), near: mse(valence, teacher.valence)}
  optimizer: adam(1e-2), batch: 16, duration: 5 epochs, keep: last, seed: 3
}

frames = student()
clips  = student(clipped: true)
`;

const stageNamed = (run: Run, label: string) => {
  const stage = run.plan.stages.find((each) => each.label === label);
  if (stage === undefined) throw new Error(`there is no ${label}`);
  return stage;
};

async function trained(root: string, engine?: Engine): Promise<Run> {
  const run = numberRun(root, temporaryFolder(), engine === undefined ? {} : { engine }, spec);
  expect(await run.train()).toBe(true);
  return run;
}

describe("the losses of the library", { timeout: 120_000 }, () => {
  test.each(["frames", "clips"])("train together, of %s, and every term falls that is not switched", async (label) => {
    const run = await trained(drawnNumbers());
    const records = readMetrics(join(run.options.folder.stage(stageNamed(run, label)), stageFiles.log));
    const [first, last] = [records[0]?.losses ?? {}, records.at(-1)?.losses ?? {}];
    for (const term of ["au", "focused", "near"]) expect(last[term], term).toBeLessThan(first[term] ?? 0);
    expect([first["deferred"], last["margins"]]).toEqual([0, 0]);
    expect(first["margins"]).toBeGreaterThan(0);
    expect(last["deferred"]).toBeGreaterThan(0);
    // Who is asked for the teacher's answers alone, comes near them without a label.
    const copied = readMetrics(join(run.options.folder.stage(stageNamed(run, "copy")), stageFiles.log));
    expect(copied.at(-1)?.losses["distill"]).toBeLessThan(0.5 * (copied[0]?.losses["distill"] ?? 0));
  });

  const python = pythonWithTorch();
  test.skipIf(python === undefined)("are the same in PyTorch (PYTHON names it)", async () => {
    const root = drawnNumbers();
    const torch = torchEngine({
      python: python ?? "",
      processes: 1,
      device: "cpu",
      precision: "fp32",
      compiled: false,
    });
    const [own, other] = [await trained(root), await trained(root, torch)];
    for (const label of ["frames", "clips"]) {
      const read = (run: Run) =>
        readSafetensors(join(run.options.folder.stage(stageNamed(run, label)), stageFiles.last)).tensors;
      const found = read(other);
      for (const [name, { data }] of read(own))
        if (name.startsWith("weights/"))
          expect(largestDifference(found.get(name)?.data ?? [], Array.from(data, Number)), name).toBeLessThan(
            tolerances.engineSteps,
          );
    }
  });
});
