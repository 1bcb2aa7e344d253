import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { rewriteGraph } from "../../../compiler/ir/rewrite.ts";
import { allOps, opNamed, opRules } from "../../../compiler/ops/index.ts";
import { foldConstants } from "../../../compiler/passes/fold-constants.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";
import { runGraph } from "./run-graph.ts";
import { sampleGraph } from "./sample-graph.ts";

const folding = allOps.filter((op) => op.fold !== undefined);

describe.each(folding.map((op) => [op.name, op] as const))("%s", (_, op) => {
  test.each(op.samples.map((sample, i) => [i, sample] as const))(
    "folds constants into what onnxruntime computes (sample %i)",
    async (_i, sample) => {
      const { graph, feeds } = sampleGraph(op, sample);
      const constant = rewriteGraph(graph, new GraphBuilder(opRules), undefined, (leaf, g) => {
        const numbers = leaf.source.kind === "input" ? feeds.get(leaf.source.name) : undefined;
        if (numbers === undefined) throw new Error("a sample reads its inputs alone");
        return g.constant(numbers.dtype, numbers.shape, numbers.data);
      });
      const folded = foldConstants.run(constant, new GraphBuilder(opRules)).outputs[0]?.value;
      const [computed] = (await runGraph(graph, feeds)).values();
      expect(folded?.type).toEqual(graph.outputs[0]?.value.type);
      const data = folded?.source.kind === "constant" ? folded.source.data : [];
      expect(largestDifference(data, Array.from(computed!.data, Number))).toBeLessThan(tolerances.referenceValues);
    },
  );
});

test("whole numbers divide without a rest", () => {
  const g = new GraphBuilder(opRules);
  const whole = (...entries: number[]) => g.constant("int64", [entries.length], BigInt64Array.from(entries, BigInt));
  const [quotient] = g.apply("divide", [whole(7, -7, 8), whole(2, 2, 4)]);
  const graph = { name: "divided", outputs: [{ name: "y", value: quotient! }] };
  const folded = foldConstants.run(graph, new GraphBuilder(opRules)).outputs[0]?.value.source;
  expect(folded?.kind === "constant" && folded.data).toEqual(BigInt64Array.of(3n, -3n, 2n));
});

test("a weight that has a name stays a weight", () => {
  const g = new GraphBuilder(opRules);
  const weight = g.constant("float32", [2], Float32Array.of(1, 2), "layer/weight");
  const [y] = g.apply("negate", [weight]);
  const folded = foldConstants.run({ name: "named", outputs: [{ name: "y", value: y! }] }, new GraphBuilder(opRules));
  expect(folded.outputs[0]?.value.source.kind).toBe("node");
});

test("a large result is left to the engine", () => {
  const g = new GraphBuilder(opRules);
  const column = g.constant("float32", [300, 1], new Float32Array(300));
  const row = g.constant("float32", [300], new Float32Array(300));
  const [y] = g.apply("add", [column, row]);
  expect(opNamed("add").fold).toBeDefined();
  const folded = foldConstants.run({ name: "large", outputs: [{ name: "y", value: y! }] }, new GraphBuilder(opRules));
  expect(folded.outputs[0]?.value.source.kind).toBe("node");
});
