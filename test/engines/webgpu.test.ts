import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { emitOnnx } from "../../compiler/emit/onnx/emit-onnx.ts";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Graph } from "../../compiler/ir/graph.ts";
import { opRules } from "../../compiler/ops/index.ts";
import * as v from "../../compiler/ops/vocabulary.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import type { Engine, Tensor } from "../../runtime/engines/engine.ts";
import { createSession } from "../../runtime/engines/onnx/session.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { feedsOfCotangents, gradientGraph } from "../compiler/ops/sample-graph.ts";
import { onGrid, seededRandom } from "../compiler/seeded-random.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { batchOf, opened, stored, tasks } from "../training/balance-case.ts";
import { runOf, silent } from "../training/small-run.ts";
import { expectSame, holdsModules, holdsOps, holdsQuickstart, holdsTraining } from "./parity.ts";
import { webgpuEngine } from "./webgpu-engine.ts";

// The first test of a kind waits for its shaders, which SwiftShader compiles slowly.
vi.setConfig({ testTimeout: 180_000 });

const engine = await webgpuEngine(process.env["CI_WEBGPU"] === "required");
if (engine === undefined) test.skip("WebGPU, for which this machine has no driver");
else {
  refusesTheCpu();
  holdsOps(engine);
  // SwiftShader takes minutes for these, which are made of convolutions.
  holdsModules(engine, ["vgg", "resnet", "deeper", "lean", "groups", "mixed", "ours", "mobile", "dual"]);
  holdsQuickstart(engine);
  holdsTraining(engine);
  holdsRuns(engine);
  holdsBalance(engine);
  holdsManyChannels(engine);
  holdsManySizes(engine);
}

/** No node may run on the CPU: a graph with one that the provider has no kernel for is not opened, so what the others open has none. */
function refusesTheCpu(): void {
  test("does not open a graph of which a node would run on the CPU", async () => {
    const g = new GraphBuilder(opRules);
    const x = g.input("field", "x", { dtype: "float32", shape: [2, 3] });
    const graph: Graph = { name: "one", outputs: [{ name: "y", value: v.logSoftmax(g, x, 1) }] };
    await expect(createSession(emitOnnx(graph).model, "webgpu", [])).rejects.toThrow(/assigned to the default CPU EP/);
    const session = await createSession(emitOnnx(graph, { provider: "webgpu" }).model, "webgpu", []);
    await session.release();
  });
}

/** A run that begins on the CPU and goes on here; the device decides about no stage. */
function holdsRuns(on: Engine): void {
  test("goes on with a run that was begun on the CPU, and is gone on with there", async () => {
    const root = temporaryFolder();
    await synthesise({ out: root, videos: 4, frames: 16, seed: 5, size: 32 });
    const [whole, moved] = [temporaryFolder(), temporaryFolder()];
    const spec = readFileSync(new URL("./two-stages.abaw", import.meta.url), "utf8");
    expect(await runOf(spec, root, whole).train()).toBe(true);

    const interruption = new AbortController();
    let steps = 0;
    const watch = { ...silent, step: () => void (++steps === 3 && interruption.abort()) };
    expect(await runOf(spec, root, moved, { watch, signal: interruption.signal }).train()).toBe(false);
    const here = runOf(spec, root, moved, { engine: on });
    expect(await here.train()).toBe(true);
    const cached: string[] = [];
    const told = { ...silent, stageCached: ({ label }: { readonly label: string }) => void cached.push(label) };
    const there = runOf(spec, root, moved, { watch: told });
    expect(await there.train()).toBe(true);
    expect(cached).toEqual(["first", "second"]);

    const expected = runOf(spec, root, whole);
    for (const stage of expected.plan.stages) {
      for (const { name } of stage.tasks) {
        const numbers = Array.from(await expected.predict(stage, name, "val"));
        for (const run of [here, there]) {
          const found = await run.predict(stage, name, "val");
          expect(largestDifference(found, numbers), `${name} of ${stage.label}`).toBeLessThan(tolerances.engineSteps);
        }
      }
    }
  });
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

/** Balancers look at the weights as they are on the card. */
function holdsBalance(on: Engine): void {
  test("balances gradients as the stored numbers do", async () => {
    const trainer = await opened("upgrad()", "", on);
    for (let step = 0; step < stored.steps; step += 1) {
      const found = await trainer.step(batchOf(step), step);
      const terms = tasks.map((task) => found.get(`loss/${task}`) ?? Number.NaN);
      expect(largestDifference(terms, stored.results["upgrad"]?.losses[step] ?? [])).toBeLessThan(tolerances.balance);
    }
    await trainer.release();
  });
}
