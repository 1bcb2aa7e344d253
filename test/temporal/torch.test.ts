import { describe, expect, test } from "vitest";
import type { Engine } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { torchEngine } from "../../runtime/engines/torch/index.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { pythonWithTorch } from "../engines/torch-here.ts";
import { programOf } from "../joint/joint-case.ts";
import { tolerances } from "../tolerances.ts";
import { type ModuleCase, moduleCases } from "./module-cases.ts";

const python = pythonWithTorch();
const steps = 3;

/** Losses of some steps: those after the first tell of the gradients before. */
async function losses(engine: Engine, { stage, parameters, feeds }: ModuleCase): Promise<readonly number[]> {
  const trainer = await engine.trainer(programOf({ stage, parameters, facts: new Map(), feeds: [feeds] }));
  try {
    const found: number[] = [];
    for (let step = 1; step <= steps; step += 1) {
      const told = await trainer.step([feeds], step, [{ rate: 1e-2, weightDecay: 0, late: 0 }]);
      found.push(told.get("loss") ?? Number.NaN);
    }
    return found;
  } finally {
    await trainer.release();
  }
}

describe.skipIf(python === undefined)("recurrence over padding in PyTorch (PYTHON names the interpreter)", () => {
  const padded = moduleCases().filter(({ label }) => label === "lstm_both" || label === "gru_deep");
  const torch = torchEngine({
    python: python ?? "",
    processes: 1,
    device: "cpu",
    precision: "fp32",
    compiled: false,
  });

  test.each(padded.map((one) => [one.label, one] as const))(
    "%s trains as on the default engine",
    { timeout: 300_000 },
    async (_, one) => {
      const [found, expected] = [await losses(torch, one), await losses(onnxEngine, one)];
      expect(new Set(expected).size).toBe(steps);
      expect(largestDifference(found, expected)).toBeLessThan(tolerances.ranks);
    },
  );
});
