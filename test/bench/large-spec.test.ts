import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { applied, editsOf } from "../../bench/edits.ts";
import { compiledBench } from "../../bench/plan-of.ts";

const text = readFileSync(new URL("../../bench/specs/large.abaw", import.meta.url), "utf8");

test("the spec of 1,000 lines is right, and as large as it says", () => {
  const { plan, diagnostics } = compiledBench("large");
  expect(diagnostics.filter(({ severity }) => severity !== "later" && severity !== "note")).toEqual([]);
  expect(text.trimEnd().split("\n").length).toBe(1000);
  expect(plan?.stages.length).toBeGreaterThan(150);
});

test("its edits are spread over it, of three kinds, each in the middle of a line", () => {
  const edits = editsOf(text, 100);
  const gaps = edits.slice(1).map(({ offset }, i) => offset - (edits[i]?.offset ?? 0));
  expect(new Set(edits.map(({ offset }) => offset)).size).toBe(100);
  expect(Math.max(...gaps)).toBeLessThan(text.length / 20);
  expect([..."dna"].map((kind) => edits.filter((edit) => edit.kind.startsWith(kind)).length)).toEqual([34, 33, 33]);
  for (const edit of edits) {
    expect(applied(text, edit).split("\n").length).toBe(1001);
    expect(text[edit.offset - 1]).not.toBe("\n");
  }
});
