import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import { opRules } from "../../compiler/ops/index.ts";
import * as v from "../../compiler/ops/vocabulary.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { tolerances } from "../tolerances.ts";
import { type OptimiserCase, optimiserCases } from "./training-cases.ts";

interface Stored {
  /** Weights after each step. */
  readonly optimisers: Readonly<Record<string, readonly (readonly number[])[]>>;
}

const stored: Stored = JSON.parse(readFileSync(new URL("../reference/training.json", import.meta.url), "utf8"));

/** Two weights, of 4 and 5 numbers, whose gradients are what is fed: the loss is their product with it. */
function graphOf() {
  const g = new GraphBuilder(opRules);
  const parts = sizes.map((size, i) => {
    const weight = g.input("parameter", `w${i}`, { dtype: "float32", shape: [size] });
    const fed = g.input("field", `g${i}`, { dtype: "float32", shape: [size] });
    return { name: `gradient/w${i}`, gradient: v.scale(g, fed, 1.0), loss: v.sumAll(g, v.multiply(g, weight, fed)) };
  });
  const loss = v.total(
    g,
    parts.map((part) => part.loss),
  );
  if (loss === undefined) throw new Error("no loss");
  // An output must be a node's: an input cannot be one.
  const zero = g.scalar(0);
  return {
    name: "training",
    outputs: [
      { name: "loss", value: loss },
      ...parts.map(({ name, gradient }) => ({ name, value: v.maximum(g, gradient, v.minimum(g, gradient, zero)) })),
    ],
  };
}

const sizes = [4, 5] as const;

const cut = (values: readonly number[]) => [values.slice(0, 4), values.slice(4)] as const;

async function stepsOf({ optimiser, rate, weightDecay, maxGradientNorm, start, gradients }: OptimiserCase) {
  const trainer = await onnxEngine.trainer({
    graph: graphOf(),
    parameters: cut(start).map((part, i) => ({
      path: `w${i}`,
      shape: [part.length],
      group: i,
      start: Float32Array.from(part),
    })),
    states: new Map(),
    constants: new Map(),
    groups: 2,
    optimiser,
    maxGradientNorm: maxGradientNorm ?? undefined,
    ema: undefined,
  });
  const steps: number[][] = [];
  for (const [step, gradient] of gradients.entries()) {
    const feeds = new Map(
      cut(gradient).map((part, i) => [
        `g${i}`,
        { dtype: "float32" as const, shape: [part.length], data: Float32Array.from(part) },
      ]),
    );
    await trainer.step([feeds], step + 1, [
      { rate, weightDecay },
      { rate, weightDecay },
    ]);
    const { weights } = await trainer.read();
    steps.push([0, 1].flatMap((i) => Array.from(weights.get(`w${i}`)?.data ?? [], Number)));
  }
  await trainer.release();
  return steps;
}

describe.each(optimiserCases().map((one) => [one.name, one] as const))("%s", (name, one) => {
  test("takes PyTorch's steps", async () => {
    const expected = stored.optimisers[name] ?? [];
    const found = await stepsOf(one);
    expect(expected.length).toBe(found.length);
    expected.forEach((weights, step) => {
      expect(largestDifference(found[step] ?? [], weights), `step ${step + 1}`).toBeLessThan(tolerances.optimiserSteps);
    });
  });
});

test("a loss that is not finite leaves the weights as they were", async () => {
  const [one] = optimiserCases();
  if (one === undefined) throw new Error("no case");
  const [first] = await stepsOf({
    ...one,
    gradients: [one.gradients[0]?.map((_, i) => (i === 2 ? Number.NaN : 1)) ?? []],
  });
  expect(first).toEqual([...one.start]);
});
