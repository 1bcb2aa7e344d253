import { describe, expect, test } from "vitest";
import { allOps, opRules } from "../../../compiler/ops/index.ts";
import { ConstraintFailure } from "../../../compiler/ops/op.ts";
import { runGraph } from "./run-graph.ts";
import { sampleGraph } from "./sample-graph.ts";

describe.each(allOps.map((op) => [op.name, op] as const))("%s", (_, op) => {
  test.each(op.samples.map((sample, i) => [i, sample] as const))(
    "gives finite numbers of the inferred type (sample %i)",
    async (_i, sample) => {
      const { graph, feeds } = sampleGraph(op, sample);
      const results = await runGraph(graph, feeds);
      for (const { name, value } of graph.outputs) {
        const result = results.get(name);
        expect({ dtype: result?.dtype, shape: result?.shape }).toEqual(value.type);
        expect([...(result?.data ?? [NaN])].filter((x) => !Number.isFinite(Number(x)))).toEqual([]);
      }
    },
  );

  test.each(Object.entries(op.rejects))(
    "refuses a sample that breaks %s, by that label",
    (label, { inputs, attributes }) => {
      const refuse = () => opRules.infer(op.name, inputs, attributes);
      expect(refuse).toThrow(ConstraintFailure);
      expect(refuse).toThrow(expect.objectContaining({ op: op.name, label, constraint: op.constraints[label] }));
    },
  );
});
