import { describe, expect, test } from "vitest";
import { nodesOf } from "../../../compiler/ir/graph.ts";
import { verifyGraph } from "../../../compiler/ir/verify.ts";
import { allOps, opRules } from "../../../compiler/ops/index.ts";
import { expandForGradient, expandForOnnx, expandSlow, expandWhere } from "../../../compiler/passes/index.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";
import { inEvaluation } from "./in-evaluation.ts";
import { runGraph } from "./run-graph.ts";
import { sampleGraph } from "./sample-graph.ts";

const composite = allOps.filter((op) => op.expand !== undefined);
const withNode = composite.filter((op) => op.onnx !== undefined);

test("every op can be written as ONNX or expanded", () => {
  expect(allOps.filter((op) => op.onnx === undefined && op.expand === undefined).map((op) => op.name)).toEqual([]);
});

describe.each(composite.map((op) => [op.name, op] as const))("%s", (_, op) => {
  test.each(op.samples.map((sample, i) => [i, sample] as const))(
    "expands into ops that verify (sample %i)",
    (_i, sample) => {
      const { graph } = sampleGraph(op, sample);
      const expanded = expandWhere(graph, () => true);
      verifyGraph(expanded, opRules);
      expect(nodesOf(expanded).map((node) => node.op)).not.toContain(op.name);
      expect(expanded.outputs.map(({ value }) => value.type)).toEqual(graph.outputs.map(({ value }) => value.type));
    },
  );
});

describe.each(withNode.map((op) => [op.name, op] as const))("%s", (_, op) => {
  test.each(op.samples.map((sample, i) => [i, sample] as const))(
    "is the same as one ONNX node and step by step (sample %i)",
    async (_i, sample) => {
      const { graph, feeds } = sampleGraph(op, sample);
      // The ONNX node gives the first output alone.
      const first = { ...graph, outputs: graph.outputs.slice(0, 1) };
      expect(nodesOf(expandForOnnx(first)).map((node) => node.op)).toEqual([op.name]);
      const [node] = (await runGraph(first, feeds)).values();
      const [steps] = (
        await runGraph(
          expandWhere(first, () => true),
          feeds,
        )
      ).values();
      expect(largestDifference(steps!.data, Array.from(node!.data, Number))).toBeLessThan(tolerances.referenceValues);
    },
  );
});

describe.each(["training", "inference"] as const)("what runs faster in parts, in %s", (purpose) => {
  const cases = allOps.flatMap((op) =>
    op.faster === undefined ? [] : op.samples.map((sample, i) => [`${op.name}, sample ${i}`, op, sample] as const),
  );
  const changed = cases.filter(([, op, sample]) => {
    const { graph } = sampleGraph(op, sample);
    return nodesOf(expandSlow(graph, purpose)).every((node) => node.op !== op.name);
  });

  test("is tried on some samples, and others stay whole", () => {
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(cases.length);
  });

  test.each(changed)("is the same: %s", async (_, op, sample) => {
    const { graph, feeds } = sampleGraph(op, sample);
    const expanded = expandSlow(graph, purpose);
    verifyGraph(expanded, opRules);
    expect(expanded.outputs.map(({ value }) => value.type)).toEqual(graph.outputs.map(({ value }) => value.type));
    const [found, expected] = [await runGraph(expanded, feeds), await runGraph(graph, feeds)];
    for (const [name, { data }] of expected)
      expect(largestDifference(found.get(name)?.data ?? [], Array.from(data, Number)), name).toBeLessThan(
        tolerances.referenceValues,
      );
  });
});

test("what has a gradient of its own stays whole before differentiation", () => {
  const left = allOps.flatMap((op) =>
    op.samples.slice(0, 1).flatMap((sample) => nodesOf(expandForGradient(sampleGraph(op, sample).graph))),
  );
  expect(new Set(left.map((node) => node.op).filter((name) => ["lstm", "gru", "gelu"].includes(name)))).toEqual(
    new Set(["lstm", "gru", "gelu"]),
  );
  expect(left.filter((node) => ["batch_norm", "dropout", "training_or_evaluation"].includes(node.op))).toEqual([]);
});

test("batch normalisation in evaluation goes by the running statistics and leaves them alone", async () => {
  const [trained, fixed] = ["batch_norm", "batch_norm_fixed"].map((name) => allOps.find((op) => op.name === name)!);
  const { graph, feeds } = sampleGraph(trained!, trained!.samples[0]!);
  const evaluated = inEvaluation(graph);
  verifyGraph(evaluated, opRules);
  const results = await runGraph(evaluated, feeds);
  const expected = await runGraph(sampleGraph(fixed!, fixed!.samples[0]!).graph, feeds);
  expect(results.get("out/y")).toEqual(expected.get("out/y"));
  expect(results.get("out/newMean")).toEqual(feeds.get("mean"));
  expect(results.get("out/newVariance")).toEqual(feeds.get("variance"));
});

test("a value for training and another for evaluation: each where it belongs", async () => {
  const op = allOps.find(({ name }) => name === "training_or_evaluation")!;
  const { graph, feeds } = sampleGraph(op, op.samples[0]!);
  expect((await runGraph(graph, feeds)).get("out/y")).toEqual(feeds.get("training"));
  expect((await runGraph(inEvaluation(graph), feeds)).get("out/y")).toEqual(feeds.get("evaluation"));
});
