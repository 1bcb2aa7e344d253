import { describe, expect, test } from "vitest";
import { optimisers } from "../../compiler/library/optimisers/index.ts";
import { stepGraph, stepScalars } from "../../compiler/lower/step-graph.ts";
import type { Tensor } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { openGraph } from "../compiler/ops/run-graph.ts";
import { tolerances } from "../tolerances.ts";
import { jointCase, programOf } from "./joint-case.ts";

describe("the step graph", () => {
  const joint = jointCase();
  const { stage, parameters, facts, feeds } = joint;
  const rate = 1e-2;

  test("names a formula for each of its scalars", () => {
    expect(Object.keys(stepScalars(stage))).toEqual(["group0/decay", "group0/step_size", "group0/root_correction"]);
  });

  test("does what the engine's step does, clipping, optimiser and average included, three times", async () => {
    const trainer = await onnxEngine.trainer(programOf(joint));
    const rule = optimisers[stage.optimiser.name];
    const weightDecay = stage.groups[0]?.weightDecay ?? 0;
    const state = new Map<string, Tensor>(parameters);
    for (const [path, { shape, data }] of parameters) {
      for (const slot of rule.slots)
        state.set(`slot/${slot}/${path}`, { dtype: "float32", shape, data: new Float32Array(data.length) });
      state.set(`ema/${path}`, { dtype: "float32", shape, data });
    }
    const graph = await openGraph(stepGraph(stage));
    for (let step = 1; step <= 3; step += 1) {
      const batch = feeds[step % feeds.length] ?? new Map<string, Tensor>();
      const losses = await trainer.step([batch], step, [{ rate, weightDecay }]);
      const numbers = rule.numbers({ step, rate, weightDecay, gradientScale: 1 }, stage.optimiser.settings);
      const scalars = rule.scalars.map(({ name }, i): [string, Tensor] => [
        `group0/${name}`,
        { dtype: "float32", shape: [], data: Float32Array.of(numbers[i] ?? 0) },
      ]);
      const results = await graph.run(new Map([...batch, ...facts, ...state, ...scalars]));
      expect(Number(results.get("loss")?.data[0])).toBeCloseTo(losses.get("loss") ?? Number.NaN, 5);
      for (const [name, tensor] of results) if (name.startsWith("next/")) state.set(name.slice("next/".length), tensor);
    }
    const { weights, slots, ema } = await trainer.read();
    for (const path of parameters.keys()) {
      const same = (name: string, expected: Tensor | undefined) => {
        const difference = largestDifference(
          Array.from(state.get(name)?.data ?? [], Number),
          Array.from(expected?.data ?? [], Number),
        );
        expect(difference, name).toBeLessThan(tolerances.optimiserSteps);
      };
      same(path, weights.get(path));
      same(`slot/m/${path}`, slots.get(`m/${path}`));
      same(`ema/${path}`, ema?.get(path));
    }
    await graph.close();
    await trainer.release();
  });
});
