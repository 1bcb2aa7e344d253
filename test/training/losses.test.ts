import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { differentiate } from "../../compiler/autodiff/differentiate.ts";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Graph } from "../../compiler/ir/graph.ts";
import { rewriteGraph } from "../../compiler/ir/rewrite.ts";
import { losses } from "../../compiler/library/losses/index.ts";
import { maskWidthOf } from "../../compiler/library/task.ts";
import { opRules } from "../../compiler/ops/index.ts";
import * as v from "../../compiler/ops/vocabulary.ts";
import { cleaning, expandForGradient, runPasses } from "../../compiler/passes/index.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { runGraph } from "../compiler/ops/run-graph.ts";
import { tolerances } from "../tolerances.ts";
import { type LossCase, lossCases, meanings } from "./training-cases.ts";

interface Stored {
  readonly losses: Readonly<Record<string, { readonly loss: number; readonly gradient: readonly number[] }>>;
}

const stored: Stored = JSON.parse(readFileSync(new URL("../reference/training.json", import.meta.url), "utf8"));

/** The loss and its gradient with respect to the logits, as a training makes them. */
function graphOf({ loss, rows, width, weight, positiveWeight }: LossCase): Graph {
  const rule = losses[loss];
  if (rule === undefined) throw new Error(`no loss ${loss}`);
  const meaning = meanings[loss];
  const g = new GraphBuilder(opRules);
  const input = (role: "field" | "label" | "mask" | "fact", name: string, shape: readonly number[]) =>
    g.input(role, name, { dtype: "float32", shape });
  const logits = input("field", "logits", [rows, width]);
  const value = rule.build(g, {
    meaning,
    logits,
    output: meaning.kind === "scalar" ? v.tanh(g, logits) : logits,
    label: input("label", "label", [rows, width]),
    mask: input("mask", "mask", [rows, maskWidthOf(meaning)]),
    weight: weight.length === 0 ? undefined : input("fact", "weight", [width]),
    positiveWeight: positiveWeight.length === 0 ? undefined : input("fact", "positiveWeight", [width]),
    options: new Map(),
  });
  const forward = expandForGradient(runPasses({ name: "loss", outputs: [{ name: "loss", value }] }, cleaning));
  const back = new GraphBuilder(opRules);
  const [output] = rewriteGraph(forward, back).outputs;
  const given = back.input("field", "logits", { dtype: "float32", shape: [rows, width] });
  if (output === undefined) throw new Error("the loss was lost");
  const gradient = differentiate(back, output.value, [given]).get(given);
  if (gradient === undefined) throw new Error("nothing flows into the logits");
  return runPasses({ name: "loss", outputs: [output, { name: "gradient", value: gradient }] }, cleaning);
}

const numbers = (data: readonly number[], shape: readonly number[]) =>
  ({ dtype: "float32", shape, data: Float32Array.from(data) }) as const;

describe.each(lossCases().map((one) => [one.name, one] as const))("%s", (name, one) => {
  test("has PyTorch's value and gradient, and is finite", async () => {
    const expected = stored.losses[name];
    if (expected === undefined) throw new Error("run scripts/write-training-samples.ts and make_training.py again");
    const results = await runGraph(graphOf(one), feedsOf(one));
    const loss = results.get("loss")?.data ?? [];
    const gradient = Array.from(results.get("gradient")?.data ?? [], Number);
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(largestDifference(loss, [expected.loss], 1e-3)).toBeLessThan(tolerances.losses);
    expect(largestDifference(gradient, expected.gradient, 1e-3)).toBeLessThan(tolerances.losses);
    if (one.mask.every((each) => each === 0)) {
      expect(Number(loss[0])).toBe(0);
      expect(gradient.every((each) => Math.abs(each) === 0)).toBe(true);
    }
  });

  const labelled = one.mask.findIndex((each) => each > 0);
  test.skipIf(labelled < 0)("is no number where a prediction that counts is none", async () => {
    const logits = one.logits.with(Math.floor((labelled / one.mask.length) * one.logits.length), Number.NaN);
    const results = await runGraph(graphOf(one), feedsOf({ ...one, logits }));
    expect(Number(results.get("loss")?.data[0])).toBeNaN();
  });
});

function feedsOf({ rows, width, logits, label, mask, weight, positiveWeight }: LossCase) {
  return new Map([
    ["logits", numbers(logits, [rows, width])],
    ["label", numbers(label, [rows, width])],
    ["mask", numbers(mask, [rows, mask.length / rows])],
    ["weight", numbers(weight, [weight.length])],
    ["positiveWeight", numbers(positiveWeight, [positiveWeight.length])],
  ]);
}
