import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { differentiate } from "../../compiler/autodiff/differentiate.ts";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Graph, Value } from "../../compiler/ir/graph.ts";
import { rewriteGraph } from "../../compiler/ir/rewrite.ts";
import { losses } from "../../compiler/library/losses/index.ts";
import { maskWidthOf } from "../../compiler/library/task.ts";
import { opRules } from "../../compiler/ops/index.ts";
import * as v from "../../compiler/ops/vocabulary.ts";
import { cleaning, expandForGradient, runPasses } from "../../compiler/passes/index.ts";
import type { Tensors } from "../../runtime/engines/engine.ts";
import { countFacts } from "../../runtime/train/count-facts.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { runGraph } from "../compiler/ops/run-graph.ts";
import { tableOf } from "../runtime/small-table.ts";
import { tolerances } from "../tolerances.ts";
import { type DivergenceCase, divergenceCases, type LossCase, lossCases, meanings } from "./training-cases.ts";

interface Stored {
  readonly losses: Readonly<Record<string, { readonly loss: number; readonly gradient: readonly number[] }>>;
  readonly divergences: Readonly<
    Record<string, { readonly loss: number; readonly left: readonly number[]; readonly right: readonly number[] }>
  >;
}

const stored: Stored = JSON.parse(readFileSync(new URL("../reference/training.json", import.meta.url), "utf8"));

const input = (g: GraphBuilder, role: "field" | "label" | "mask" | "fact", name: string, shape: readonly number[]) =>
  g.input(role, name, { dtype: "float32", shape });

/** The loss and its gradient with respect to the logits, as a training makes them. */
function graphOf({ loss, kind, rows, width, weight, positiveWeight, options }: LossCase): Graph {
  const rule = losses[loss];
  if (rule?.build === undefined) throw new Error(`no loss ${loss}`);
  const meaning = meanings[kind];
  const g = new GraphBuilder(opRules);
  const logits = input(g, "field", "logits", [rows, width]);
  const value = rule.build(g, {
    meaning,
    logits,
    output: meaning.kind === "scalar" ? v.tanh(g, logits) : logits,
    label: input(g, "label", "label", [rows, width]),
    mask: input(g, "mask", "mask", [rows, maskWidthOf(meaning)]),
    weight: weight.length === 0 ? undefined : input(g, "fact", "weight", [width]),
    positiveWeight: positiveWeight.length === 0 ? undefined : input(g, "fact", "positiveWeight", [width]),
    counted: (fact) => input(g, "fact", fact, [width]),
    options: new Map(Object.entries({ ...rule.settings, ...options })),
  });
  return withGradients(value, [["gradient", "logits", [rows, width]]]);
}

function withGradients(loss: Value, wanted: readonly (readonly [string, string, readonly number[]])[]): Graph {
  const forward = expandForGradient(runPasses({ name: "loss", outputs: [{ name: "loss", value: loss }] }, cleaning));
  const g = new GraphBuilder(opRules);
  const [output] = rewriteGraph(forward, g).outputs;
  if (output === undefined) throw new Error("the loss was lost");
  const given = wanted.map(([, name, shape]) => input(g, "field", name, shape));
  const found = differentiate(g, output.value, given);
  const gradients = given.map((each, i) => {
    const value = found.get(each);
    if (value === undefined) throw new Error(`nothing flows into ${wanted[i]?.[1]}`);
    return { name: wanted[i]?.[0] ?? "", value };
  });
  return runPasses({ name: "loss", outputs: [output, ...gradients] }, cleaning);
}

/** What a training counts of rows of some classes. */
function countedOf(counts: readonly number[]): Tensors {
  const classes = counts.flatMap((count, c) => new Array<number>(count).fill(c));
  const rows = classes.length;
  const values = new Float32Array(rows * counts.length);
  classes.forEach((c, row) => {
    values[row * counts.length + c] = 1;
  });
  const column = { meaning: meanings.classes, values, weight: new Float32Array(rows).fill(1) };
  const table = { ...tableOf([classes]), labels: new Map([["expr", column]]) };
  const fact = (kind: "margins" | "log_shares") => ({ kind, task: "expr", shape: [counts.length] }) as const;
  const facts = new Map([
    ["margins", fact("margins")],
    ["log_shares", fact("log_shares")],
  ]);
  return countFacts(
    facts,
    table,
    Int32Array.from({ length: rows }, (_, row) => row),
  );
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

describe.each(divergenceCases().map((one) => [one.name, one] as const))("%s", (name, one) => {
  test("has PyTorch's value and gradients", async () => {
    const expected = stored.divergences[name];
    if (expected === undefined) throw new Error("run scripts/write-training-samples.ts and make_training.py again");
    const graph = withGradients(divergenceOf(one, true), [
      ["gradient of left", "left", [one.rows, one.width]],
      ["gradient of right", "right", [one.rows, one.width]],
    ]);
    const results = await runGraph(graph, sidesOf(one, one.right));
    expect(largestDifference(results.get("loss")?.data ?? [], [expected.loss], 1e-3)).toBeLessThan(tolerances.losses);
    for (const side of ["left", "right"] as const)
      expect(largestDifference(results.get(`gradient of ${side}`)?.data ?? [], expected[side], 1e-3)).toBeLessThan(
        tolerances.losses,
      );
  });

  test("is the same of stored probabilities, as near as these are to theirs", async () => {
    const expected = stored.divergences[name];
    const row = (i: number) => one.right.slice(i - (i % one.width), i - (i % one.width) + one.width);
    const probabilities = one.right.map((z, i) =>
      one.kind === "units" ? 1 / (1 + Math.exp(-z)) : 1 / row(i).reduce((sum, other) => sum + Math.exp(other - z), 0),
    );
    const graph = withGradients(divergenceOf(one, false), [["gradient of left", "left", [one.rows, one.width]]]);
    const results = await runGraph(graph, sidesOf(one, probabilities));
    const near = one.name.endsWith("to 20") ? tolerances.storedProbabilities : tolerances.losses;
    expect(largestDifference(results.get("loss")?.data ?? [], [expected?.loss ?? 0], 1e-3)).toBeLessThan(near);
  });
});

function divergenceOf({ kind, rows, width }: DivergenceCase, withLogits: boolean): Value {
  const compare = losses["kl"]?.compare;
  if (compare === undefined) throw new Error("kl compares nothing");
  const g = new GraphBuilder(opRules);
  const [left, right] = [input(g, "field", "left", [rows, width]), input(g, "field", "right", [rows, width])];
  const output = (z: Value) => (kind === "units" ? v.sigmoid(g, z) : v.softmax(g, z, 1));
  const second = withLogits ? { logits: right, output: output(right) } : { logits: undefined, output: right };
  return v.meanAll(g, compare(g, meanings[kind], { logits: left, output: output(left) }, second));
}

function sidesOf({ rows, width, left }: DivergenceCase, right: readonly number[]) {
  return new Map([
    ["left", numbers(left, [rows, width])],
    ["right", numbers(right, [rows, width])],
  ]);
}

function feedsOf({ rows, width, logits, label, mask, weight, positiveWeight, counts }: LossCase) {
  return new Map([
    ["logits", numbers(logits, [rows, width])],
    ["label", numbers(label, [rows, width])],
    ["mask", numbers(mask, [rows, mask.length / rows])],
    ["weight", numbers(weight, [weight.length])],
    ["positiveWeight", numbers(positiveWeight, [positiveWeight.length])],
    ...countedOf(counts),
  ]);
}
