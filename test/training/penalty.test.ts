import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import type { Engine, Tensors } from "../../runtime/engines/engine.ts";
import { torchEngine } from "../../runtime/engines/torch/index.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { pythonWithTorch } from "../engines/torch-here.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec } from "./number-run.ts";

const specOf = (block: string) => `${numberSpec.slice(0, numberSpec.indexOf("stage alone"))}
stage one = train system([expr]) on faces {
  duration: 2 epochs, batch: 16
  ${block}
}
`;

async function weightsOf(root: string, block: string, engine?: Engine): Promise<Tensors> {
  const run = numberRun(root, temporaryFolder(), engine === undefined ? {} : { engine }, specOf(block));
  expect(await run.train()).toBe(true);
  const [stage] = run.plan.stages;
  if (stage === undefined) throw new Error("there is no stage");
  const { tensors } = readSafetensors(join(run.options.folder.stage(stage), stageFiles.last));
  return new Map([...tensors].filter(([name]) => name.startsWith("weights/")));
}

function expectSame(found: Tensors, expected: Tensors, within: number): void {
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [name, { data }] of expected)
    expect(largestDifference(found.get(name)?.data ?? [], Array.from(data, Number)), name).toBeLessThan(within);
}

describe("l2", () => {
  // Adam and SGD have decay as the gradient of ½ λ' w², which is held to PyTorch's steps: a penalty λ w² is one of twice the size.
  test.each(["adam", "sgd"])("of %s is a decay of twice the size, for what its pattern covers", async (name) => {
    const root = drawnNumbers();
    const penalised = await weightsOf(root, `optimizer: ${name}(1e-2), params: {face.**.weight: {l2: 0.05}}`);
    const decayed = await weightsOf(root, `optimizer: ${name}(1e-2), params: {face.**.weight: {weight_decay: 0.1}}`);
    const plain = await weightsOf(root, `optimizer: ${name}(1e-2)`);
    expectSame(penalised, decayed, tolerances.optimiserSteps);
    expect(
      [...plain].some(
        ([path, { data }]) => largestDifference(penalised.get(path)?.data ?? [], Array.from(data, Number)) > 1e-3,
      ),
    ).toBe(true);
  });

  test("of AdamW goes into the gradient too", async () => {
    const root = drawnNumbers();
    const block = "params: {face.**.weight: {l2: 0.05}}, optimizer:";
    expectSame(
      await weightsOf(root, `${block} adamw(1e-2, weight_decay: 0)`),
      await weightsOf(root, `${block} adam(1e-2)`),
      tolerances.optimiserSteps,
    );
  });

  const python = pythonWithTorch();
  test.skipIf(python === undefined).each([
    ["is clipped alike", "optimizer: sgd(1e-1), max_grad_norm: 0.1"],
    ["is of the slope that a step goes up first alike", "optimizer: sam(sgd(1e-1), rho: 0.5)"],
  ])("%s in PyTorch (PYTHON names it)", { timeout: 120_000 }, async (_, settings) => {
    const root = drawnNumbers();
    const block = `${settings}, params: {face.**.weight: {l2: 0.05}}`;
    const torch = torchEngine({
      python: python ?? "",
      processes: 1,
      device: "cpu",
      precision: "fp32",
      compiled: false,
    });
    expectSame(await weightsOf(root, block, torch), await weightsOf(root, block), tolerances.engineSteps);
  });
});
