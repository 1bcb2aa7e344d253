import { expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { sineSeries } from "../../../compiler/ops/sine-series.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";
import { runGraph } from "./run-graph.ts";

/** Angles around 0, and as far from it as places of a long clip go. */
const angles = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) * (i % 2 === 0 ? 0.01 : 5.3));

test.each([
  ["sine", Math.sin],
  ["cosine", Math.cos],
] as const)("the series of the %s is right in all digits of float32, far from 0 too", async (which, exact) => {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape: [angles.length] });
  const graph = { name: which, outputs: [{ name: "y", value: sineSeries(g, x, which) }] };
  const results = await runGraph(
    graph,
    new Map([["x", { dtype: "float32", shape: [angles.length], data: angles } as const]]),
  );
  const expected = Array.from(angles, exact);
  expect(largestDifference(results.get("y")?.data ?? [], expected)).toBeLessThan(tolerances.referenceValues);
});
