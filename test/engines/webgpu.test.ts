import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Graph } from "../../compiler/ir/graph.ts";
import { opRules } from "../../compiler/ops/index.ts";
import * as v from "../../compiler/ops/vocabulary.ts";
import type { Engine, Tensor } from "../../runtime/engines/engine.ts";
import { feedsOfCotangents, gradientGraph } from "../compiler/ops/sample-graph.ts";
import { onGrid, seededRandom } from "../compiler/seeded-random.ts";
import { tolerances } from "../tolerances.ts";
import { expectSame, holdsModules, holdsOps, holdsTraining } from "./parity.ts";
import { webgpuEngine } from "./webgpu-engine.ts";

// On this engine no node may run on the CPU: a graph with one is not opened.
const engine = await webgpuEngine(process.env["CI_WEBGPU"] === "required");
if (engine === undefined) test.skip("WebGPU, for which this machine has no driver");
else {
  holdsOps(engine);
  // SwiftShader takes minutes for these two, which are made of convolutions.
  holdsModules(engine, ["vgg", "resnet"]);
  holdsTraining(engine);
  holdsManyChannels(engine);
  holdsManySizes(engine);
}

/** The provider goes different ways for channels in threes, in fours and others. */
function holdsManyChannels(on: Engine): void {
  const counts = [3, 5, 6, 8, 9];
  const cases = counts.flatMap((batch) => counts.map((channels) => [batch, channels] as const));
  test.each(cases)("convolves a batch of %i with %i channels, and back", async (batch, channels) => {
    const g = new GraphBuilder(opRules);
    const feeds = new Map<string, Tensor>();
    const input = (name: string, shape: readonly number[]) => {
      feeds.set(name, drawn(name, shape));
      return g.input("field", name, { dtype: "float32", shape });
    };
    const operands = [input("x", [batch, channels, 6]), input("weight", [8, channels, 3]), input("bias", [8])];
    const [y] = g.apply("conv", operands, { strides: [1], pads: [2, 2], dilations: [2], groups: 1 });
    if (y === undefined) throw new Error("conv gives one output");
    const graph: Graph = { name: "convolution", outputs: [{ name: "y", value: y }] };
    await expectSame(on, graph, feeds, tolerances.engineValues);
    const cotangents = new Map([["y", drawn("y", y.type.shape.map(Number))]]);
    const backward = gradientGraph(graph, cotangents, ["x", "weight", "bias"]);
    expect(backward.outputs.length).toBe(3);
    await expectSame(on, backward, new Map([...feeds, ...feedsOfCotangents(cotangents)]), tolerances.engineGradients);
  });
}

/** A shader may write to a few buffers only. */
function holdsManySizes(on: Engine): void {
  describe.each([[1], [7], [8], [50], [64]])("an axis of %i", (count) => {
    test("is cut into its entries and put together", async () => {
      const g = new GraphBuilder(opRules);
      const x = g.input("field", "x", { dtype: "float32", shape: [count, 3] });
      const rows = v.split(
        g,
        x,
        0,
        Array.from({ length: count }, () => 1),
      );
      const graph: Graph = { name: "rows", outputs: [{ name: "y", value: v.concat(g, rows.toReversed(), 0) }] };
      await expectSame(on, graph, new Map([["x", drawn("x", [count, 3])]]), tolerances.engineValues);
    });
  });
}

function drawn(name: string, shape: readonly number[]): Tensor {
  const random = seededRandom(name);
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: "float32", shape, data: Float32Array.from({ length: count }, () => onGrid(2 * random() - 1)) };
}
