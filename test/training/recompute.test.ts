import { expect, test } from "vitest";
import { stepCost } from "../../compiler/cost/step.ts";
import { inputsOf, type TensorData } from "../../compiler/ir/graph.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { numbersFor } from "../engines/numbers-for.ts";
import { planOf } from "../plan-of.ts";
import { tolerances } from "../tolerances.ts";

const depth = 8;

function stageWith(params: string): StagePlan {
  const [stage] = planOf(`
use "std/aff2.abaw"
use "std/vit.abaw"

faces        = aff2(32) with {root: "nowhere"}
encoder face = vit(${depth}, dim: 16, heads: 2, patch: 4, drop: 0.3)

model system() (image) {
  x = image -> face
  head au = x -> linear
}

stage measured = train system() on faces {
  loss: {au: bce(au)}
  params: {${params}}
  optimizer: adamw(1e-4)
  batch: 4, duration: 1 epoch
}
`).stages;
  if (stage === undefined) throw new Error("there is no stage");
  return stage;
}

const numbersOf = (data: TensorData = new Float32Array()): readonly number[] => Array.from(data, Number);

const kept = stageWith("");
const recomputed = stageWith("face.trunk.blocks: {recompute: true}");
const trainingOf = (stage: StagePlan) => stage.graphs.training({ batch: stage.batch, time: undefined });

test("a layer that is computed again is the same stage, random draws included", async () => {
  expect(recomputed.hash).toBe(kept.hash);
  const [graph, again] = [trainingOf(kept), trainingOf(recomputed)];
  const numbers = numbersFor(graph);
  const results = await Promise.all(
    [graph, again].map(async (each) => {
      const evaluator = await onnxEngine.evaluator(each, new Map());
      try {
        const read = inputsOf(each).map(({ source: { name } }) => [name, numbers.get(name)] as const);
        return await evaluator.run(new Map(read.flatMap(([name, tensor]) => (tensor ? [[name, tensor]] : []))));
      } finally {
        await evaluator.release();
      }
    }),
  );
  const [first, second] = results;
  if (first === undefined || second === undefined) throw new Error("both graphs run");
  expect([...second.keys()].sort()).toEqual([...first.keys()].sort());
  expect(first.size).toBeGreaterThan(12 * depth);
  for (const [name, { data }] of first)
    expect(largestDifference(numbersOf(second.get(name)?.data), numbersOf(data)), name).toBeLessThan(
      tolerances.engineValues,
    );
});

test("it keeps what goes into its layers, and costs one more pass forward", () => {
  const [before, after] = [stepCost(kept), stepCost(recomputed)];
  if (before === undefined || after === undefined) throw new Error("both stages train");
  // Of nine tensors or more that a block makes, one is kept; a block's own exist once.
  expect(after.memory.activations.bytes).toBeLessThan(before.memory.activations.bytes / 3);
  // Forward, and twice that backward.
  const more = after.flops.total / before.flops.total;
  expect(more).toBeGreaterThan(1.2);
  expect(more).toBeLessThan(4 / 3 + 0.01);
});

test("of layers that are computed again in one another, the outermost counts", () => {
  const both = stageWith("face.trunk.blocks: {recompute: true}, face.trunk.blocks[0].attn: {recompute: true}");
  expect(stepCost(both)?.flops.total).toBe(stepCost(recomputed)?.flops.total);
  const some = stageWith("face.trunk.blocks: {recompute: true}, face.trunk.blocks[0]: {recompute: false}");
  expect(stepCost(some)?.flops.total).toBeLessThan(stepCost(recomputed)?.flops.total ?? 0);
});
