import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import onnxProto, { type onnx } from "onnx-proto";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { emitOnnx } from "../../../compiler/emit/onnx/emit-onnx.ts";
import { networkFlops } from "../../../compiler/emit/onnx/networks/network-flops.ts";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { symbol } from "../../../compiler/ir/dim.ts";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import * as v from "../../../compiler/ops/vocabulary.ts";
import { linkedNetwork } from "../../../runtime/networks/linked-network.ts";
import { temporaryFolder } from "../../runtime/temporary-folder.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";

const folder = fileURLToPath(new URL("../../reference/networks/", import.meta.url));
type Answers = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
const answers: Answers = JSON.parse(readFileSync(`${folder}../networks.json`, "utf8"));
const files = readdirSync(folder).filter((name) => name in answers);
const pictures = Float32Array.from({ length: 3 * 3 * 32 * 32 }, (_, i) => ((i * 7919) % 256) / 256);

/** A model that gives twice what the networks' tensors are, sent half of the picture and half again. */
function modelWith(file: string, tensors: Readonly<Record<string, number>>, opset: number): Uint8Array {
  const g = new GraphBuilder(opRules);
  const batch = symbol("batch");
  const picture = g.input("field", "picture", { dtype: "float32", shape: [batch, 3, 32, 32] });
  const half = v.scale(g, picture, 0.5);
  const outputs = Object.entries(tensors).map(([name, width]) => {
    const said = g.input("feature", `net.${name}`, { dtype: "float32", shape: [batch, width] });
    return { name, value: v.scale(g, said, 2) };
  });
  const graph: Graph = { name: "whole", outputs: [...outputs, { name: "net/picture", value: v.add(g, half, half) }] };
  const network = {
    prefix: "net",
    file: join(folder, file),
    picture: "net/picture",
    outputs: new Map(Object.keys(tensors).map((name) => [`net.${name}`, name])),
  };
  return emitOnnx(graph, { opset, networks: [linkedNetwork(network)] }).model;
}

const widths = (file: string, pictureCount: number) =>
  Object.fromEntries(Object.entries(answers[file]!).map(([name, values]) => [name, values.length / pictureCount]));

describe.each(files)("%s in a model", (file) => {
  const known = file.startsWith("one-picture") ? 1 : 3;
  test.each([17, 18, 19, 20, 21])(
    "of the opset %i says what it says by itself, of any number of pictures",
    async (opset) => {
      const model = modelWith(file, widths(file, known), opset);
      const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
      const results = await session.run({ picture: new ort.Tensor("float32", pictures, [3, 3, 32, 32]) });
      for (const [name, expected] of Object.entries(answers[file]!)) {
        const found = results[name]!.data as Float32Array;
        const doubled = expected.map((x) => 2 * x);
        expect(largestDifference(found.subarray(0, expected.length), doubled)).toBeLessThan(tolerances.exports);
        expect(results[name]!.dims[0]).toBe(3);
      }
      await session.release();
    },
  );
});

test("a network for one picture at a time says of each what PyTorch says", async () => {
  const model = modelWith("one-picture-11.onnx", { embedding: 16, scores: 10 }, 17);
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const results = await session.run({ picture: new ort.Tensor("float32", pictures, [3, 3, 32, 32]) });
  for (const name of ["embedding", "scores"])
    expect(
      largestDifference(
        results[name]!.data as Float32Array,
        answers["torch"]![name]!.map((x) => 2 * x),
      ),
    ).toBeLessThan(tolerances.exports);
});

test("convolutions and products are counted as PyTorch counts them, and nothing where a size is not known", () => {
  const flopsIn = (file: string) => {
    const { graph } = onnxProto.onnx.ModelProto.decode(readFileSync(join(folder, file)));
    return networkFlops(graph!, [3, 32, 32]);
  };
  expect(flopsIn("dynamo-18.onnx")).toBe(answers["torch"]!["flops"]);
  expect(flopsIn("branched-16.onnx")).toBeUndefined();
});

test("only what its tensors need is taken over, under names of its own", () => {
  const { graph } = onnxProto.onnx.ModelProto.decode(modelWith("scripted-17.onnx", { embedding: 16 }, 17));
  const weights = graph!.initializer!.map(({ name }) => name!);
  expect(weights.filter((name) => name.startsWith("net/scores"))).toEqual([]);
  expect(weights.filter((name) => name.startsWith("net/point"))).not.toEqual([]);
  expect(graph!.input!.map(({ name }) => name)).toEqual(["picture"]);
  expect(graph!.output!.map(({ name }) => name)).toEqual(["embedding"]);
});

test("numbers that lie beside a network come with it, wherever in it they are", () => {
  const folder = temporaryFolder();
  const written = Float32Array.of(1, 2, 3, 4);
  writeFileSync(join(folder, "numbers.data"), written);
  let from = 0;
  const outside = (name: string, dataType = 1): onnx.ITensorProto => {
    const external = { location: "numbers.data", offset: String(from) };
    from += 4;
    const externalData = Object.entries(external).map(([key, value]) => ({ key, value }));
    return { name, dims: [1], dataType, dataLocation: 1, externalData };
  };
  const constant = (output: string): onnx.INodeProto => ({
    opType: "Constant",
    output: [output],
    attribute: [{ name: "value", type: 4, t: outside(output) }],
  });
  const inner: onnx.IGraphProto = { name: "inner", node: [constant("a")], initializer: [outside("b")] };
  const node = { opType: "If", output: ["z"], attribute: [{ name: "then_branch", type: 5, g: inner }] };
  const sparse = { values: outside("c"), indices: { dims: [1], dataType: 7, rawData: new Uint8Array(8) }, dims: [1] };
  const path = join(folder, "net.onnx");
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    graph: { name: "g", node: [node], sparseInitializer: [sparse] },
    functions: [{ name: "f", domain: "own", output: ["d"], node: [constant("d")] }],
  };
  writeFileSync(path, onnxProto.onnx.ModelProto.encode(model).finish());
  const linked = linkedNetwork({ prefix: "net", file: path, picture: "x", outputs: new Map() }).model;
  const within = linked.graph?.node?.[0]?.attribute?.[0]?.g;
  const tensors = [
    within?.node?.[0]?.attribute?.[0]?.t,
    within?.initializer?.[0],
    linked.graph?.sparseInitializer?.[0]?.values,
    linked.functions?.[0]?.node?.[0]?.attribute?.[0]?.t,
  ];
  expect(tensors.map((tensor) => tensor?.dataLocation)).toEqual([0, 0, 0, 0]);
  expect(tensors.map((tensor) => Buffer.from(tensor?.rawData ?? []).readFloatLE())).toEqual([...written]);
});
