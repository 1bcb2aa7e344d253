import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Graph, TensorData } from "../../compiler/ir/graph.ts";
import { stepGraph } from "../../compiler/lower/step-graph.ts";
import { opRules } from "../../compiler/ops/index.ts";
import { matmul } from "../../compiler/ops/vocabulary.ts";
import type { Engine, Tensors, Trainer } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { referenceCases } from "../compiler/ops/reference-cases.ts";
import { feedsOfCotangents, gradientGraph } from "../compiler/ops/sample-graph.ts";
import { jointCase, programOf } from "../joint/joint-case.ts";
import { planOf } from "../plan-of.ts";
import { tolerances } from "../tolerances.ts";
import { numbersFor } from "./numbers-for.ts";
import { tinyTraining } from "./tiny-training.ts";

/** Holds an engine to the default one: every op at every sample, at its kinks and in recurrent stacks, values and gradients. */
export function holdsOps(engine: Engine): void {
  const cases = referenceCases().map((one) => [`${one.graph.name}, ${one.numbers} ${one.sample}`, one] as const);

  describe.each(cases)("%s", (_, { graph, feeds, cotangents, trained }) => {
    test("gives the same values", async () => {
      await expectSame(engine, graph, feeds, tolerances.engineValues);
    });

    const backward = gradientGraph(graph, cotangents, trained);
    test.skipIf(backward.outputs.length === 0)("gives the same gradients", async () => {
      const given = new Map([...feeds, ...feedsOfCotangents(cotangents)]);
      await expectSame(engine, backward, given, tolerances.engineGradients);
    });
  });

  test("multiplies matrices whose leading axes broadcast against one another", async () => {
    const g = new GraphBuilder(opRules);
    const [a, b] = [
      [2, 1, 2, 3],
      [5, 3, 4],
    ].map((shape, i) => g.input("field", `x${i}`, { dtype: "float32", shape }));
    if (a === undefined || b === undefined) throw new Error("two matrices are needed");
    const graph = { name: "product", outputs: [{ name: "y", value: matmul(g, a, b) }] };
    await expectSame(engine, graph, numbersFor(graph), tolerances.engineValues);
  });
}

/** Every module of the language's own library: a stage's training graph, gradients and new statistics included, and its evaluation. */
export function holdsModules(engine: Engine, without: readonly string[] = []): void {
  const text = readFileSync(new URL("./std-modules.abaw", import.meta.url), "utf8");
  const stages = planOf(text).stages.filter(({ label }) => !without.includes(label));
  describe.each(stages.map((stage) => [stage.label, stage] as const))("%s", (_, stage) => {
    const training = stage.graphs.training({ batch: stage.batch, time: stage.clip?.length });
    const evaluation = stage.graphs.evaluation();
    const numbers = numbersFor(training, evaluation);
    test("trains by the same numbers", async () => {
      await expectSame(engine, training, numbers, tolerances.engineGradients, 1e-3);
    });

    test.skipIf(evaluation.outputs.length === 0)("is evaluated to the same numbers", async () => {
      await expectSame(engine, evaluation, numbers, tolerances.engineValues);
    });
  });
}

/** The quickstart's joint stage as one graph: forward, backward, clipping and the optimiser. */
export function holdsQuickstart(engine: Engine): void {
  test("the quickstart's step graph gives the same numbers", async () => {
    const text = readFileSync(new URL("../../examples/quickstart.abaw", import.meta.url), "utf8");
    const stage = planOf(text).stages.find(({ label }) => label === "together");
    if (stage === undefined) throw new Error("the quickstart has no stage together");
    const graph = stepGraph(stage);
    await expectSame(engine, graph, numbersFor(graph), tolerances.engineGradients, 1e-3);
  });
}

/**
 * All outputs of a graph on an engine and on the default one. Differences count relative to an output's own largest number, or to `least`
 * times the largest of all: a gradient that is 0 but for rounding has no digits to compare.
 */
export async function expectSame(
  engine: Engine,
  graph: Graph,
  feeds: Tensors,
  tolerance: number,
  least = 0,
): Promise<void> {
  const [found, expected] = [await runOn(engine, graph, feeds), await runOn(onnxEngine, graph, feeds)];
  expect([...found.keys()].toSorted()).toEqual(graph.outputs.map(({ name }) => name).toSorted());
  const floor = least * Math.max(...[...expected.values()].map(({ data }) => largestOf(data)));
  for (const [name, { dtype, shape, data }] of expected) {
    expect({ dtype: found.get(name)?.dtype, shape: found.get(name)?.shape }, name).toEqual({ dtype, shape });
    const difference = largestDifference(found.get(name)?.data ?? [], Array.from(data, Number), floor);
    expect(difference, name).toBeLessThan(tolerance);
  }
}

/** Training: the joint model for 50 steps, clipping and average included, and a checkpoint that goes over from one engine to another. */
export function holdsTraining(engine: Engine): void {
  const joint = jointCase();
  const rate = 1e-2;
  const numbers = joint.stage.groups.map(({ weightDecay }) => ({ rate, weightDecay }));
  const follow = async (trainer: Trainer, from: number, to: number): Promise<readonly number[]> => {
    const losses: number[] = [];
    for (let step = from; step < to; step += 1) {
      const found = await trainer.step([joint.feeds[step % joint.feeds.length] ?? new Map()], step + 1, numbers);
      losses.push(found.get("loss") ?? Number.NaN);
    }
    return losses;
  };

  /** All steps, the first ones on one engine and the others on another. */
  const train = async (first: Engine, second: Engine, steps: number) => {
    let trainer = await first.trainer(programOf(joint));
    const losses = [...(await follow(trainer, 0, steps / 2))];
    if (second !== first) {
      const checkpoint = await trainer.read();
      await trainer.release();
      trainer = await second.trainer(programOf(joint));
      await trainer.write(checkpoint);
    }
    losses.push(...(await follow(trainer, steps / 2, steps)));
    const state = await trainer.read();
    await trainer.release();
    return { losses, state };
  };

  describe("training", async () => {
    const expected = await train(onnxEngine, onnxEngine, 50);
    test.each([
      ["wholly here", engine, engine],
      ["from here to the default engine at half time", engine, onnxEngine],
      ["from the default engine to here at half time", onnxEngine, engine],
    ])("goes the same way for 50 steps %s", async (_, first, second) => {
      const { losses, state } = await train(first, second, 50);
      expect(largestDifference(losses, expected.losses), "losses").toBeLessThan(tolerances.engineSteps);
      for (const kind of ["weights", "ema"] as const) {
        expect([...(state[kind]?.keys() ?? [])]).toEqual([...(expected.state[kind]?.keys() ?? [])]);
        for (const [name, { data }] of expected.state[kind] ?? []) {
          const difference = largestDifference(state[kind]?.get(name)?.data ?? [], Array.from(data, Number));
          expect(difference, `${kind} ${name}`).toBeLessThan(tolerances.engineSteps);
        }
      }
    });

    test("leaves everything as it was where a loss is not finite", async () => {
      const trainer = await engine.trainer(programOf(joint));
      await follow(trainer, 0, 2);
      const before = await trainer.read();
      const feeds = new Map(joint.feeds[0]);
      const label = feeds.get("au.label");
      if (label === undefined) throw new Error("no units");
      feeds.set("au.label", { ...label, data: new Float32Array(label.data.length).fill(Number.NaN) });
      const losses = await trainer.step([feeds], 3, numbers);
      expect(losses.get("loss/au")).toBeNaN();
      expect(await trainer.read()).toEqual(before);
      await trainer.release();
    });

    test("evaluates the weights as they are now, last and average", async () => {
      const trainer = await engine.trainer(programOf(joint));
      await follow(trainer, 0, 3);
      const evaluator = await engine.evaluator(joint.stage.graphs.evaluation(), joint.facts);
      const other = await onnxEngine.evaluator(joint.stage.graphs.evaluation(), joint.facts);
      const state = await trainer.read();
      for (const which of ["last", "ema"] as const) {
        const host = new Map([...((which === "ema" ? state.ema : state.weights) ?? []), ...state.states]);
        const batch = joint.feeds[0] ?? new Map();
        const found = await evaluator.run(new Map([...(await trainer.live(which)), ...batch]));
        for (const [name, { data }] of await other.run(new Map([...host, ...batch]))) {
          const difference = largestDifference(found.get(name)?.data ?? [], Array.from(data, Number));
          expect(difference, `${which} ${name}`).toBeLessThan(tolerances.engineValues);
        }
      }
      await evaluator.release();
      await other.release();
      await trainer.release();
    });

    test("follows running statistics", async () => {
      const { program, feeds } = tinyTraining();
      const [found, expected] = await Promise.all(
        [engine, onnxEngine].map(async (each) => {
          const trainer = await each.trainer(program);
          for (let step = 1; step <= 5; step += 1)
            await trainer.step([feeds], step, [{ rate: 1e-2, weightDecay: 0.1 }]);
          const state = await trainer.read();
          await trainer.release();
          return state;
        }),
      );
      expect([...(expected?.states.keys() ?? [])]).toEqual(["mean", "variance"]);
      for (const kind of ["states", "weights", "ema"] as const) {
        for (const [name, { data }] of expected?.[kind] ?? []) {
          const difference = largestDifference(found?.[kind]?.get(name)?.data ?? [], Array.from(data, Number));
          expect(difference, `${kind} ${name}`).toBeLessThan(tolerances.engineValues);
        }
      }
    });

    test("reads back the checkpoint that it was given", async () => {
      const [first, second] = [await engine.trainer(programOf(joint)), await engine.trainer(programOf(joint))];
      await follow(first, 0, 3);
      await second.write(await first.read());
      expect(await second.read()).toEqual(await first.read());
      await first.release();
      await second.release();
    });

    test("refuses a checkpoint of another model", async () => {
      const trainer = await engine.trainer(programOf(joint));
      const state = await trainer.read();
      await expect(trainer.write({ ...state, weights: new Map() })).rejects.toThrow(/the checkpoint does not have/);
      await trainer.release();
    });
  });
}

async function runOn(engine: Engine, graph: Graph, feeds: Tensors): Promise<Tensors> {
  const evaluator = await engine.evaluator(graph, new Map());
  try {
    return await evaluator.run(feeds);
  } finally {
    await evaluator.release();
  }
}

function largestOf(data: TensorData): number {
  let largest = 0;
  for (const entry of data) largest = Math.max(largest, Math.abs(Number(entry)));
  return largest;
}
