import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emitOnnx } from "../../../compiler/emit/onnx/emit-onnx.ts";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { linear, tanh } from "../../../compiler/ops/vocabulary.ts";
import { openModel, runGraph } from "../ops/run-graph.ts";
import { seededRandom } from "../seeded-random.ts";

const feeds = new Map([
  ["x", { dtype: "float32", shape: [2, 40], data: Float32Array.from({ length: 80 }, (_, i) => i / 80) } as const],
]);
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "abaw-external-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("weights beside the model give what weights inside it give", async () => {
  const files = emitOnnx(twoLayers(), { externalName: "weights.data", externalFrom: 1 });
  expect(files.external?.name).toBe("weights.data");
  await writeFile(join(folder, "weights.data"), Buffer.concat(files.external?.pieces ?? []));
  await writeFile(join(folder, "model.onnx"), files.model);
  const open = await openModel(join(folder, "model.onnx"));
  expect(await open.run(feeds)).toEqual(await runGraph(twoLayers(), feeds));
  await open.close();
});

test("weights start at multiples of 4096 and small ones stay inside", () => {
  const { external, model } = emitOnnx(twoLayers(), { externalFrom: 1 });
  // Two matrices, 50 × 40 and 30 × 50 float32, with padding between them; the biases are below 1024 bytes.
  expect(external?.pieces.map((piece) => piece.byteLength)).toEqual([8000, 192, 6000]);
  expect(model.byteLength).toBeLessThan(3000);
});

test("below the limit everything is inside", () => {
  expect(emitOnnx(twoLayers()).external).toBeUndefined();
  expect(emitOnnx(twoLayers(), { externalFrom: 20_000 }).external).toBeUndefined();
});

test("without a weight that is worth it there is no file", () => {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape: [2, 40] });
  const graph = { name: "small", outputs: [{ name: "y", value: tanh(g, x) }] };
  expect(emitOnnx(graph, { externalFrom: 0 }).external).toBeUndefined();
});

function twoLayers(): Graph {
  const g = new GraphBuilder(opRules);
  const random = seededRandom("two layers");
  const weight = (name: string, shape: readonly number[]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return g.constant(
      "float32",
      shape,
      Float32Array.from({ length: count }, () => random() - 0.5),
      name,
    );
  };
  const x = g.input("field", "x", { dtype: "float32", shape: [2, 40] });
  const hidden = tanh(g, linear(g, x, weight("first.weight", [50, 40]), weight("first.bias", [50])));
  const y = linear(g, hidden, weight("second.weight", [30, 50]), weight("second.bias", [30]));
  return { name: "layers", outputs: [{ name: "y", value: y }] };
}
