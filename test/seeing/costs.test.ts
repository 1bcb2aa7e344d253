import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { featureFlops, forwardFlops } from "../../compiler/cost/forward.ts";
import { peakOf } from "../../compiler/cost/live.ts";
import { stepCost } from "../../compiler/cost/step.ts";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import { productOf } from "../../compiler/ir/dim.ts";
import { type Graph, nodesOf } from "../../compiler/ir/graph.ts";
import { resizeLeaf } from "../../compiler/ir/resize.ts";
import { rewriteGraph } from "../../compiler/ir/rewrite.ts";
import { forwardGraph, resize } from "../../compiler/lower/graphs.ts";
import { allOps, opNamed, opRules } from "../../compiler/ops/index.ts";
import * as v from "../../compiler/ops/vocabulary.ts";
import { expandWhere } from "../../compiler/passes/index.ts";
import { sampleGraph } from "../compiler/ops/sample-graph.ts";
import { analysed, analysedSpec } from "./analysed.ts";

const flopsIn = (graph: Graph, counts: (op: string) => boolean = () => true): number =>
  nodesOf(graph).reduce((sum, { op, inputs, outputs, attributes }) => {
    if (!counts(op)) return sum;
    const types = inputs.map((input) => input?.type);
    return (
      sum +
      Number(
        opNamed(op).flops(
          types,
          outputs.map(({ type }) => type),
          attributes,
        ),
      )
    );
  }, 0);

describe("the rules of ops", () => {
  const moving = allOps.filter(({ samples, name }) => samples.every((sample) => flopsOfSample(name, sample) === 0));

  function flopsOfSample(name: string, sample: (typeof allOps)[number]["samples"][number]): number {
    return flopsIn(sampleGraph(opNamed(name), sample).graph, (op) => op === name);
  }

  test("only what moves numbers takes none", () => {
    expect(moving.map(({ name }) => name).toSorted()).toEqual([
      "broadcast",
      "cast",
      "concat",
      "gather_rows",
      "one_hot",
      "pack_rows",
      "pad",
      "reshape",
      "reverse_gradient",
      "slice",
      "split",
      "stop_gradient",
      "training_or_evaluation",
      "transpose",
    ]);
  });

  test.each(["add", "multiply", "exp", "tanh", "sigmoid", "relu", "gelu", "where", "greater"])(
    "%s takes one for each entry of its result",
    (name) => {
      const op = opNamed(name);
      for (const sample of op.samples) {
        const { graph } = sampleGraph(op, sample);
        expect(flopsOfSample(name, sample)).toBe(Number(productOf(graph.outputs[0]!.value.type.shape)));
      }
    },
  );

  test.each(["lstm", "gru", "lstm_gradient", "gru_gradient"])(
    "%s takes what its steps take, and no more than one product of states more",
    (name) => {
      const op = opNamed(name);
      for (const sample of op.samples) {
        const { graph } = sampleGraph(op, sample);
        const whole = flopsOfSample(name, sample);
        const steps = flopsIn(expandWhere(graph, () => true));
        const batch = sample.inputs[0]!.shape[0]!;
        const weight = (sample.inputs.find(
          (input) => input?.shape[0] === (name.startsWith("lstm") ? 12 : 9) && input.shape[1] === 3,
        )?.shape ?? []) as number[];
        expect(whole).toBeGreaterThanOrEqual(steps);
        // The first step has no state to multiply with, and one sum fewer of each kind.
        expect(whole - steps).toBeLessThanOrEqual(batch * (2 * weight[0]! * weight[1]! + 4 * weight[0]!));
      }
    },
  );

  test("products by hand", () => {
    const g = new GraphBuilder(opRules);
    const x = (...shape: number[]) => g.input("field", shape.join("x"), { dtype: "float32", shape });
    const count = (value: ReturnType<typeof x>) => flopsIn({ name: "one", outputs: [{ name: "y", value }] });
    expect(count(v.gemm(g, x(5, 7), x(7, 11)))).toBe(2 * 5 * 7 * 11);
    expect(count(v.gemm(g, x(7, 5), x(11, 7), { transA: true, transB: true, c: x(11) }))).toBe(2 * 5 * 7 * 11 + 5 * 11);
    expect(count(v.linear(g, x(2, 3, 7), x(11, 7), x(11)))).toBe(2 * 3 * (2 * 7 * 11 + 11));
    expect(count(v.matmul(g, x(4, 1, 5, 7), x(3, 7, 11)))).toBe(2 * 4 * 3 * 5 * 7 * 11);
    const walk = { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], groups: 2 };
    expect(count(v.at(g.apply("conv", [x(1, 4, 8, 8), x(6, 2, 3, 3), x(6)], walk), 0))).toBe(
      6 * 4 * 4 * (2 * 2 * 9 + 1),
    );
    expect(count(v.reduceMean(g, x(5, 7), [1]))).toBe(35);
    expect(count(v.softmax(g, x(5, 7), 1))).toBe(5 * 35);
  });
});

const networks = {
  vit: "vit(depth: 12, dim: 768, heads: 12, patch: 16)",
  resnet18: "resnet18()",
  vgg16: "vgg16()",
} as const;

function network(encoder: string): string {
  return `use "std/aff2.abaw"
use "std/vit.abaw"
use "std/cnn.abaw"
encoder net = ${encoder}
model m() (image) { head au = image -> net -> linear }
stage s = train m() on aff2(224) { batch: 1, duration: 1 epochs }`;
}

/** What PyTorch's counter counts: products and convolutions, without biases. */
function productsIn(graph: Graph): number {
  const biased = (op: string, inputs: readonly unknown[]) => op !== "matmul" && inputs[2] !== undefined;
  return nodesOf(graph).reduce((sum, { op, inputs, outputs, attributes }) => {
    if (!/^(gemm|linear|matmul|conv|conv_input_gradient|conv_weight_gradient)$/.test(op)) return sum;
    const types = inputs.map((input) => input?.type);
    const results = outputs.map(({ type }) => type);
    const bias = biased(op, inputs) ? Number(productOf(results[0]!.shape)) : 0;
    return sum + Number(opNamed(op).flops(types, results, attributes)) - bias;
  }, 0);
}

describe("known networks at 224 x 224", () => {
  const reference = JSON.parse(readFileSync(new URL("../reference/flops.json", import.meta.url), "utf8")) as {
    flops: Record<keyof typeof networks, { forward: number; step: number }>;
  };

  test.each([
    ["vit", 17.6e9, 1.003],
    ["resnet18", 1.82e9, 1.01],
    ["vgg16", 15.5e9, 1.002],
  ] as const)(
    "%s: as many multiply-adds as published, and what PyTorch counts of products",
    (name, published, most) => {
      const { plan, checked } = analysed(network(networks[name])).stage("s");
      const { forward, step } = reference.flops[name];
      expect(Math.abs(forward / 2 / published - 1)).toBeLessThan(0.01);
      const one = new Map([["batch", 1]]);
      const sized = rewriteGraph(
        forwardGraph(checked),
        new GraphBuilder(opRules),
        resize(one, () => false),
        resizeLeaf(one),
      );
      expect(productsIn(sized)).toBe(forward);
      expect(productsIn(plan.graphs.training({ batch: 1, time: undefined }))).toBe(step);
      // Beside the products: biases, norms, functions.
      const { total, byPath } = forwardFlops(checked);
      expect(total / forward).toBeGreaterThan(1);
      expect(total / forward).toBeLessThan(most);
      expect([...byPath.values()].reduce((sum, count) => sum + count, 0)).toBe(total);
      const cost = stepCost(plan)!;
      expect(cost.flops.total / step).toBeLessThan(most);
    },
  );
});

describe("the example's joint stage", () => {
  const { stage, stages } = analysedSpec("specs/00-example.abaw");
  const find = (hash: string) => stages.find(({ plan }) => plan.hash === hash);

  test("per frame: its own network, and the networks whose features it reads, each once", () => {
    const alone = forwardFlops(stage("alone(au)").checked).total;
    const joint = forwardFlops(stage("expr_final").checked).total;
    const features = featureFlops(stage("expr_final"), find);
    expect(alone / 1e9).toBeCloseTo(35.2, 1);
    // Fusion: two linear layers; temporal module: two LSTMs of 768, each 8 x 768 x (768 + 768).
    const added = 2 * 2 * 768 * 768 + 2 * 8 * 768 * (768 + 768);
    expect((joint - alone) / added).toBeGreaterThan(1);
    expect((joint - alone) / added).toBeLessThan(1.01);
    const head = 12 * (2 * 768 + 1);
    // The features are taken before the heads: of units with their sigmoids, of valence with its scaled tanh.
    expect(features).toBeLessThan(2 * alone);
    expect(features).toBeGreaterThan(2 * (alone - 2 * head));
  });

  test("a step of frozen blocks skips what flows into their weights", () => {
    const joint = stepCost(stage("expr_final").plan)!;
    const alone = stepCost(stage("alone(au)").plan)!;
    expect([joint.frames, alone.frames]).toEqual([8 * 5, 50]);
    const perFrame = ({ flops, frames }: typeof joint) => flops.total / frames / 35.2e9;
    expect(perFrame(alone)).toBeCloseTo(3, 1);
    // Six of twelve blocks are frozen, but the patches' embedding below them is trained: their inputs still get gradients.
    expect(perFrame(joint)).toBeCloseTo(2.5, 1);
    const block = 12 * 768 * 768 + 13 * 768;
    const lstms = 2 * (8 * 768 * 768 + 8 * 768);
    const trained = 85_647_360 - 6 * block + 2 * (768 * 768 + 768) + lstms + (12 + 8 + 1) * 769;
    expect(joint.memory.gradients).toBe(4 * trained);
  });
});

describe("memory", () => {
  test("of values that live from where they are made to where they are read last, by hand", () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "x", { dtype: "float32", shape: [10, 100] });
    g.at = "first";
    const a = v.relu(g, x);
    g.at = "second";
    const b = v.exp(g, v.reshape(g, a, [1000]));
    const c = v.add(g, v.reshape(g, a, [1000]), b);
    g.at = "last";
    const sum = v.reduceSum(g, c, [0]);
    const gradient = v.negate(g, b);
    const graph: Graph = {
      name: "live",
      outputs: [
        { name: "loss", value: sum },
        { name: "gradient/x", value: gradient },
      ],
    };
    // At the addition a, b and c live; views of a take nothing.
    const counted = peakOf(graph, (output) => output.startsWith("gradient/"));
    expect(counted).toEqual({
      bytes: 12_000,
      byPath: new Map([
        ["first", 4000],
        ["second", 8000],
      ]),
    });
    // b lives on to its negation, beside which the sum lives: less than at the addition, unless c did not end.
    const all = peakOf({ ...graph, outputs: [...graph.outputs, { name: "c", value: c }] }, () => false);
    expect(all.bytes).toBe(12_004);
  });

  test("of a step's other parts, by hand", () => {
    const text = (more: string) => `use "std/aff2.abaw"
model m() (image) {
  y = mean(image, over: [h, w]) -> linear(10) -> batch_norm
  head au = y -> linear
}
stage s = train m() on aff2(32) { clip: none, batch: 6, duration: 1 epochs, ${more} }`;
    const memory = (more: string) => stepCost(analysed(text(more)).stage("s").plan)!.memory;
    const weights = 3 * 10 + 10 + 10 + 10 + 10 * 12 + 12;
    const batch = 6 * (32 * 32 * 3 + 4 * (12 + 12));
    const adam = memory("optimizer: adamw(1e-3)");
    expect({ ...adam, activations: 0, total: 0 }).toEqual({
      weights: 4 * (weights + 20),
      gradients: 4 * weights,
      optimiser: 8 * weights,
      average: 0,
      batch,
      activations: 0,
      total: 0,
    });
    const { activations, total, ...parts } = adam;
    expect(total).toBe(Object.values(parts).reduce((sum, bytes) => sum + bytes, activations.bytes));
    expect(memory("optimizer: sgd(1e-3)").optimiser).toBe(4 * weights);
    expect(memory("ema: 0.99").average).toBe(4 * weights);
    const frozen = memory("params: {y: frozen}");
    expect(frozen.gradients).toBe(4 * (10 * 12 + 12));
    expect(frozen.weights).toBe(adam.weights);
  });

  test("of activations grows as the batch", () => {
    const { plan } = analysedSpec("examples/quickstart.abaw").stage("together");
    const peak = (batch: number) => stepCost({ ...plan, batch })!.memory.activations.bytes;
    expect(peak(32) / peak(8)).toBeCloseTo(4, 1);
  });
});
