import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { allOps } from "../../../compiler/ops/index.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";
import { questionOf, type ReferenceCase, referenceCases } from "./reference-cases.ts";
import { type Numbers, runGraph } from "./run-graph.ts";
import { feedsOfCotangents, gradientGraph } from "./sample-graph.ts";

/** What test/reference/make.py wrote. */
interface Stored {
  readonly withoutFormula: Readonly<Record<string, string>>;
  readonly cases: readonly StoredCase[];
}

interface StoredCase {
  readonly formula: string;
  readonly numbers: string;
  readonly sample: number;
  readonly attributes: unknown;
  readonly inputs: unknown;
  readonly cotangents: unknown;
  /** In the op's order, as far as PyTorch has them. */
  readonly outputs: readonly (readonly number[])[];
  /** By input; null where none flows. */
  readonly gradients: Readonly<Record<string, readonly number[] | null>>;
}

const stored: Stored = JSON.parse(readFileSync(new URL("../../reference/ops.json", import.meta.url), "utf8"));
const storedBy = new Map(stored.cases.map((known) => [keyOf(known), known]));
const again = "run scripts/write-op-samples.ts and test/reference/make.py again";
const asked = referenceCases().filter(({ formula }) => !(formula in stored.withoutFormula));

test("PyTorch has been asked for every op, or it is stated why it cannot be", () => {
  const known = new Set([...stored.cases.map(({ formula }) => formula), ...Object.keys(stored.withoutFormula)]);
  expect(allOps.map((op) => op.name).filter((name) => !known.has(name))).toEqual([]);
});

test("PyTorch's answers belong to today's samples, in number", () => {
  expect(stored.cases.length).toBe(asked.length);
});

describe.each(asked.map((one) => [`${one.graph.name}, ${one.numbers} ${one.sample}`, one] as const))("%s", (_, one) => {
  test("gives PyTorch's values", async () => {
    const answer = answerTo(one);
    const results = await runGraph(one.graph, one.feeds);
    answer.outputs.forEach((expected, i) => {
      const name = one.graph.outputs[i]?.name ?? "";
      const actual = results.get(name)?.data ?? [];
      expect(largestDifference(actual, expected), name).toBeLessThan(tolerances.referenceValues);
    });
    expect(answer.outputs.length).toBeGreaterThan(0);
  });

  test("gives PyTorch's gradients", async () => {
    const answer = answerTo(one);
    const backward = gradientGraph(one.graph, one.cotangents, one.trained);
    const results =
      backward.outputs.length === 0
        ? new Map<string, Numbers>()
        : await runGraph(backward, new Map([...one.feeds, ...feedsOfCotangents(one.cotangents)]));
    for (const [name, expected] of Object.entries(answer.gradients)) {
      const zeros = new Array<number>(one.feeds.get(name)?.data.length ?? 0).fill(0);
      const actual = results.get(`gradient/${name}`)?.data ?? zeros;
      expect(largestDifference(actual, expected ?? zeros), name).toBeLessThan(tolerances.referenceGradients);
    }
  });
});

/** PyTorch's answer, if it was asked with these very numbers. */
function answerTo(one: ReferenceCase): StoredCase {
  const known = storedBy.get(keyOf(one));
  if (known === undefined) throw new Error(`PyTorch was not asked: ${again}`);
  const { outputs: _outputs, gradients: _gradients, ...question } = known;
  expect(question, again).toEqual(questionOf(one));
  return known;
}

function keyOf({
  formula,
  numbers,
  sample,
  attributes,
}: Omit<StoredCase, "inputs" | "cotangents" | "outputs" | "gradients">): string {
  return JSON.stringify([formula, numbers, sample, attributes]);
}
