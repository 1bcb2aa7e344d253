import onnxProto, { type onnx } from "onnx-proto";
import { describe, expect, test } from "vitest";
import { emitOnnx, opsets } from "../../../compiler/emit/onnx/emit-onnx.ts";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { addDims, symbol } from "../../../compiler/ir/dim.ts";
import type { Graph, Value } from "../../../compiler/ir/graph.ts";
import { InternalError } from "../../../compiler/ir/invariant.ts";
import { allOps, opRules } from "../../../compiler/ops/index.ts";
import { add, at, concat, exp, layerNorm, linear, multiply, negate } from "../../../compiler/ops/vocabulary.ts";
import { carriesGradient } from "../ops/carries-gradient.ts";
import { runGraph } from "../ops/run-graph.ts";
import { cotangentsOf, gradientGraph, sampleGraph } from "../ops/sample-graph.ts";

const everySample = allOps.flatMap((op) => op.samples.map((sample, i) => [`${op.name} ${i}`, op, sample] as const));

describe.each(everySample)("%s", (_, op, sample) => {
  test("is written with the same bytes each time it is built", () => {
    const write = () => {
      const { graph, trained } = sampleGraph(op, sample);
      const cotangents = cotangentsOf(graph, (output) => carriesGradient(op.name, output));
      return [graph, gradientGraph(graph, cotangents, trained)].map((each) => emitOnnx(each).model);
    };
    expect(write()).toEqual(write());
  });

  test("gives the same in every operator set", async () => {
    const { graph, feeds } = sampleGraph(op, sample);
    const least = await runGraph(graph, feeds);
    for (let opset = opsets.least + 1; opset <= opsets.most; opset++) {
      expect(await runGraph(graph, feeds, { opset }), `opset ${opset}`).toEqual(least);
    }
  });
});

describe("the file", () => {
  test("says its versions, who wrote it, and what it is told", () => {
    const model = decode(headGraph(), { opset: 21, metadata: { tasks: "va", language: "1" } });
    expect(model.irVersion).toBe(10);
    expect(model.opsetImport).toMatchObject([{ domain: "", version: 21 }]);
    expect(model.producerName).toBe("abaw");
    expect(model.metadataProps).toMatchObject([
      { key: "tasks", value: "va" },
      { key: "language", value: "1" },
    ]);
  });

  test("has the graph's own names for inputs, outputs and weights, and its sizes with their symbols", () => {
    const { graph } = decode(headGraph());
    expect(graph?.input?.map(describeInfo)).toEqual(["x: 1 [batch, time+1, 3]"]);
    expect(graph?.output?.map(describeInfo)).toEqual(["valence: 1 [batch, time+1, 2]"]);
    expect(graph?.initializer?.map((tensor) => tensor.name)).toContain("head.weight");
    expect(graph?.node?.every((node) => /^(head\/|output\/)/.test(node.name ?? ""))).toBe(true);
  });

  test("writes every name once", () => {
    const { graph } = decode(headGraph());
    const made = [
      ...(graph?.input ?? []).map((info) => info.name),
      ...(graph?.initializer ?? []).map((tensor) => tensor.name),
      ...(graph?.node ?? []).flatMap((node) => node.output ?? []),
    ];
    expect(new Set(made).size).toBe(made.length);
  });

  test("keeps a name that a constant would have taken for the input that has it", async () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "constant", { dtype: "float32", shape: [2] });
    const graph = graphOf({ Add: add(g, x, g.scalar(2)) });
    const feeds = new Map([["constant", { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) } as const]]);
    expect((await runGraph(graph, feeds)).get("Add")?.data).toEqual(Float32Array.of(3, 4));
  });

  test("leaves out optional outputs that nothing reads", () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "x", { dtype: "float32", shape: [2, 3] });
    const vector = (name: string) => g.input("parameter", name, { dtype: "float32", shape: [3] });
    const y = layerNorm(g, x, vector("weight"), vector("bias"), 1e-5);
    const inverse = at(y.source.kind === "node" ? y.source.node.outputs : [], 2);
    const outputs = (graph: Graph) =>
      decode(graph).graph?.node?.find((node) => node.opType === "LayerNormalization")?.output;
    expect(outputs(graphOf({ y }))).toHaveLength(1);
    expect(outputs(graphOf({ y, inverse }))).toHaveLength(3);
  });

  test("holds equal constants once", () => {
    const g = new GraphBuilder(opRules);
    const seed = g.input("seed", "seed", { dtype: "int32", shape: [2] });
    const draws = [1, 2, 3].map((stream) => at(g.apply("random_uniform", [seed], { shape: [4, 100], stream }), 0));
    const tables = decode(graphOf({ y: concat(g, draws, 0) })).graph?.initializer?.filter(
      (tensor) => Number(tensor.dims?.[0]) > 1000,
    );
    expect(tables).toHaveLength(3);
  });

  test("copes with outputs that are inputs, constants, or one another", async () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "x", { dtype: "float32", shape: [2] });
    const y = exp(g, x);
    const feeds = new Map([["x", { dtype: "float32", shape: [2], data: Float32Array.of(0, 1) } as const]]);
    const results = await runGraph(graphOf({ same: x, two: g.scalar(2), y, again: y }), feeds);
    expect([...results].map(([name, { data }]) => [name, [...data]])).toEqual([
      ["same", [0, 1]],
      ["two", [2]],
      ["y", [1, Math.fround(Math.E)]],
      ["again", [1, Math.fround(Math.E)]],
    ]);
  });
});

describe("a mistake of ours is said", () => {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape: [2] });

  test("for an output that has the name of an input", () => {
    expect(() => emitOnnx(graphOf({ x: negate(g, x) }))).toThrow(InternalError);
  });

  test.each([16, 22])("for operator set %i", (opset) => {
    expect(() => emitOnnx(graphOf({ y: negate(g, x) }), { opset })).toThrow(InternalError);
  });

  test("for a symbol that no input's size tells", () => {
    const ones = at(g.apply("broadcast", [g.scalar(1)], { shape: [symbol("batch"), symbol("time")] }), 0);
    expect(() => emitOnnx(graphOf({ y: ones }))).toThrow("no input of the graph has the size batch");
  });

  test("for a recurrence over symbolic time that has to be written out", () => {
    const input = (name: string, shape: Value["type"]["shape"]) =>
      g.input("parameter", name, { dtype: "float32", shape });
    const frames = input("frames", [symbol("batch"), symbol("time"), 2]);
    const weights = [input("wi", [9, 2]), input("wh", [9, 3]), input("bi", [9]), input("bh", [9])];
    const outputs = g.apply("gru", [frames, ...weights], { reverse: false });
    expect(() => emitOnnx(graphOf({ y: outputs[0]!, inside: outputs[1]! }))).toThrow(
      "the number of frames in a clip is not fixed",
    );
  });
});

function headGraph(): Graph {
  const g = new GraphBuilder(opRules);
  g.at = "head";
  const x = g.input("field", "x", { dtype: "float32", shape: [symbol("batch"), addDims(symbol("time"), 1), 3] });
  const weight = g.constant("float32", [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6), "head.weight");
  return graphOf({ valence: multiply(g, linear(g, x, weight, undefined), g.scalar(0.5)) });
}

function graphOf(outputs: Readonly<Record<string, Value>>): Graph {
  return { name: "tested", outputs: Object.entries(outputs).map(([name, value]) => ({ name, value })) };
}

function decode(graph: Graph, options?: Parameters<typeof emitOnnx>[1]): onnx.IModelProto {
  return onnxProto.onnx.ModelProto.toObject(onnxProto.onnx.ModelProto.decode(emitOnnx(graph, options).model), {
    longs: Number,
  });
}

function describeInfo({ name, type }: onnx.IValueInfoProto): string {
  const sizes = type?.tensorType?.shape?.dim?.map((dim) => dim.dimParam ?? dim.dimValue);
  return `${name}: ${type?.tensorType?.elemType} [${sizes?.join(", ")}]`;
}
