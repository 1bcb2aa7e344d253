import { describe, expect, test } from "vitest";
import type { Engine, Tensor, Tensors, TrainerState } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { torchEngine } from "../../runtime/engines/torch/index.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { type JointCase, jointCase, programOf, steps } from "../joint/joint-case.ts";
import { tolerances } from "../tolerances.ts";
import { pythonWithTorch } from "./torch-here.ts";

const python = pythonWithTorch();
const rate = 1e-2;

describe.skipIf(python === undefined)("the joint model in PyTorch (PYTHON names the interpreter)", async () => {
  const joint = jointCase();
  // One process of two then has no label of one task at all.
  const feeds = joint.feeds.map(
    (batch, i) => new Map([...batch, ...firstHalfWithout(batch, i % 2 === 0 ? "au" : "expr")]),
  );
  const torch = (processes: number) =>
    torchEngine({ python: python ?? "", processes, device: "cpu", precision: "fp32", compiled: false });
  const follow = (engine: Engine) => train(engine, joint, feeds);
  const expected = python === undefined ? undefined : await follow(onnxEngine);

  test.each([1, 2])("trains as the default engine does, on %d processes", { timeout: 300_000 }, async (processes) => {
    expectSame(await follow(torch(processes)), expected);
  });

  test("goes on from the default engine's checkpoint, and the other way round", { timeout: 300_000 }, async () => {
    expectSame(await train(onnxEngine, joint, feeds, torch(1)), expected);
    expectSame(await train(torch(1), joint, feeds, onnxEngine), expected);
  });

  test("says what Python said when it cannot begin", { timeout: 300_000 }, async () => {
    const engine = torchEngine({
      python: "no-such-python",
      processes: 1,
      device: "cpu",
      precision: "fp32",
      compiled: false,
    });
    await expect(engine.trainer(programOf(joint))).rejects.toThrow("Python cannot be started");
  });
});

interface Followed {
  readonly losses: readonly ReadonlyMap<string, number>[];
  readonly state: TrainerState;
}

/** All steps on an engine, or the second half on another, from the first one's checkpoint. */
async function train(first: Engine, joint: JointCase, feeds: readonly Tensors[], second?: Engine): Promise<Followed> {
  let trainer = await first.trainer(programOf(joint));
  const losses: ReadonlyMap<string, number>[] = [];
  const numbers = joint.stage.groups.map(({ weightDecay }) => ({ rate, weightDecay }));
  for (let step = 0; step < steps; step += 1) {
    if (step === steps / 2 && second !== undefined) {
      const checkpoint = await trainer.read();
      await trainer.release();
      trainer = await second.trainer(programOf(joint));
      await trainer.write(checkpoint);
    }
    losses.push(await trainer.step([feeds[step % feeds.length] ?? new Map()], step + 1, numbers));
  }
  const state = await trainer.read();
  await trainer.release();
  return { losses, state };
}

function expectSame(found: Followed, expected: Followed | undefined): void {
  expected?.losses.forEach((losses, step) => {
    for (const [name, loss] of losses)
      expect(
        largestDifference([found.losses[step]?.get(name) ?? Number.NaN], [loss]),
        `${name} in step ${step + 1}`,
      ).toBeLessThan(tolerances.ranks);
  });
  for (const kind of ["weights", "slots", "ema"] as const)
    for (const [path, { data }] of expected?.state[kind] ?? [])
      expect(largestDifference(found.state[kind]?.get(path)?.data ?? [], Array.from(data, Number)), path).toBeLessThan(
        tolerances.ranks,
      );
}

function firstHalfWithout(batch: Tensors, task: string): Tensors {
  const name = `${task}.mask`;
  const mask = batch.get(name);
  if (!(mask?.data instanceof Float32Array)) return new Map();
  const data = mask.data.slice().fill(0, 0, mask.data.length / 2);
  return new Map<string, Tensor>([[name, { ...mask, data }]]);
}
