import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { printGraph } from "../../../compiler/ir/print.ts";
import { verifyGraph } from "../../../compiler/ir/verify.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { cleaning, type Pass, runPasses } from "../../../compiler/passes/index.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";
import { runGraph } from "../ops/run-graph.ts";
import { interpret } from "./interpret.ts";
import { randomGraph } from "./random-graph.ts";

const feeds = new Map([
  ["a", { dtype: "float32", shape: [2, 3], data: Float32Array.of(0.5, -1.25, 2, -0.75, 1.5, -2.5) }],
  ["b", { dtype: "float32", shape: [3], data: Float32Array.of(-0.5, 3, 0.125) }],
  ["c", { dtype: "float32", shape: [2, 1], data: Float32Array.of(1.75, -0.25) }],
] as const);
const data = new Map([...feeds].map(([name, numbers]) => [name, numbers.data]));

const seed = { seed: 20260, numRuns: 300 };

describe.each([...new Map(cleaning.map((pass) => [pass.name, pass]))])("%s", (_, pass) => {
  test("leaves every output the same, to the last bit", () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const expected = plain(interpret(graph, data));
        // The passes do not keep the sign of a zero, which shows where something is divided by it.
        fc.pre(expected.flat().every(Number.isFinite));
        expect(plain(interpret(run(pass, graph), data))).toEqual(expected);
      }),
      seed,
    );
  });

  test("gives a graph that the verifier accepts", () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        verifyGraph(graph, opRules);
        verifyGraph(run(pass, graph), opRules);
      }),
      seed,
    );
  });

  test("has nothing left to do after itself", () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const once = run(pass, graph);
        expect(printGraph(run(pass, once))).toBe(printGraph(once));
      }),
      seed,
    );
  });
});

test("onnxruntime gives what the graph says, after all passes", async () => {
  await fc.assert(
    fc.asyncProperty(randomGraph, async (graph) => {
      const expected = interpret(graph, data);
      fc.pre([...expected.values()].every((values) => values.every((x: number | bigint) => Math.abs(Number(x)) < 1e6)));
      const results = await runGraph(graph, feeds);
      for (const [name, values] of expected) {
        expect(
          largestDifference(results.get(name)?.data ?? [], Array.from(values, Number), 1),
          printGraph(graph),
        ).toBeLessThan(tolerances.randomGraphs);
      }
    }),
    { ...seed, numRuns: 150 },
  );
});

test("all passes together are seen one by one, and print the same for the same graph", () => {
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const seen: string[] = [];
      const cleaned = runPasses(graph, cleaning, (pass, after) => {
        verifyGraph(after, opRules);
        seen.push(pass.name);
      });
      expect(seen).toEqual(cleaning.map((pass) => pass.name));
      expect(printGraph(runPasses(graph, cleaning))).toBe(printGraph(cleaned));
    }),
    seed,
  );
});

function run(pass: Pass, graph: Graph): Graph {
  return pass.run(graph, new GraphBuilder(opRules));
}

/** Numbers whose zeros have no sign. */
function plain(outputs: ReturnType<typeof interpret>): readonly (readonly number[])[] {
  return [...outputs.values()].map((values) => Array.from<number | bigint, number>(values, (x) => Number(x) + 0));
}
