import { describe, expect, test } from "vitest";
import { allOps } from "../../../compiler/ops/index.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";
import { carriesGradient } from "./carries-gradient.ts";
import { finiteDifferences } from "./finite-differences.ts";
import { openGraph, runGraph } from "./run-graph.ts";
import { cotangentsOf, feedsOfCotangents, gradientGraph, sampleGraph } from "./sample-graph.ts";

/** Ops that pass no gradient, and why that is right. */
const silent: ReadonlyMap<string, string> = new Map([
  ["stop_gradient", "that is what it is for"],
  ["floor", "flat between its jumps"],
]);

/** Ops whose gradient is a multiple of their slope, on purpose. */
const turned: ReadonlyMap<string, number> = new Map([["reverse_gradient", -2]]);

describe.each(allOps.map((op) => [op.name, op] as const))("%s", (_, op) => {
  test.each(op.samples.map((sample, i) => [i, sample] as const))(
    "has the gradient that finite differences give (sample %i)",
    async (_i, sample) => {
      const { graph, feeds, trained } = sampleGraph(op, sample);
      const cotangents = cotangentsOf(graph, (output) => carriesGradient(op.name, output));
      const backward = gradientGraph(graph, cotangents, trained);
      if (silent.has(op.name) || cotangents.size === 0 || trained.length === 0) {
        expect(backward.outputs).toEqual([]);
        return;
      }
      const gradients = await runGraph(backward, new Map([...feeds, ...feedsOfCotangents(cotangents)]));
      const forward = await openGraph(graph);
      for (const name of trained) {
        const slopes = await finiteDifferences(forward, feeds, name, cotangents);
        const expected = slopes.map((slope) => slope * (turned.get(op.name) ?? 1));
        // What no gradient flows to does not decide the outputs.
        const gradient = gradients.get(`gradient/${name}`)?.data ?? expected.map(() => 0);
        expect(largestDifference(gradient, expected), `gradient of ${name}`).toBeLessThan(tolerances.finiteDifferences);
      }
      await forward.close();
    },
  );
});
