import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { TrainerState } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { tolerances } from "../tolerances.ts";
import { jointCase, programOf, steps } from "./joint-case.ts";

interface Stored {
  readonly steps: readonly Readonly<Record<string, number>>[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly average: Readonly<Record<string, readonly number[]>>;
}

const stored: Stored = JSON.parse(readFileSync(new URL("../reference/joint.json", import.meta.url), "utf8"));

/** All 20 steps on the engine: losses by step, and everything it remembers. */
async function follow(): Promise<{
  readonly losses: readonly ReadonlyMap<string, number>[];
  readonly state: TrainerState;
}> {
  const joint = jointCase();
  const { stage, feeds } = joint;
  const trainer = await onnxEngine.trainer(programOf(joint));
  const losses: ReadonlyMap<string, number>[] = [];
  for (let step = 0; step < steps; step += 1) {
    const numbers = stage.groups.map(({ weightDecay }) => ({ rate: 1e-2, weightDecay }));
    losses.push(await trainer.step([feeds[step % feeds.length] ?? new Map()], step + 1, numbers));
  }
  const state = await trainer.read();
  await trainer.release();
  return { losses, state };
}

describe("the joint model", async () => {
  const { losses, state } = await follow();

  it("has PyTorch's losses for 20 steps", () => {
    for (const [step, expected] of stored.steps.entries()) {
      for (const term of ["au", "expr", "valence"]) {
        const found = losses[step]?.get(`loss/${term}`) ?? Number.NaN;
        expect(largestDifference([found], [expected[term] ?? 0]), `${term} in step ${step + 1}`).toBeLessThan(
          tolerances.jointModel,
        );
      }
    }
  });

  it("gives a loss of exactly 0 where no label of a task is there", () => {
    expect(losses[2]?.get("loss/expr")).toBe(0);
    expect(losses[3]?.get("loss/valence")).toBe(0);
  });

  it("ends at PyTorch's weights", () => {
    for (const [path, expected] of Object.entries(stored.weights)) {
      const found = state.weights.get(path)?.data ?? [];
      expect(largestDifference(Array.from(found, Number), expected), path).toBeLessThan(tolerances.jointModel);
    }
  });

  it("ends at PyTorch's moving average", () => {
    for (const [path, expected] of Object.entries(stored.average)) {
      const found = state.ema?.get(path)?.data ?? [];
      expect(largestDifference(Array.from(found, Number), expected), path).toBeLessThan(tolerances.jointModel);
    }
  });
});
