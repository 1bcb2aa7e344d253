import { describe, expect, test } from "vitest";
import { applyFixes } from "../../compiler/diagnostics/apply-fixes.ts";
import { compiledHere, fixtures, said } from "./expectation.ts";

const messages = (expected: string) => expected.match(/^# (?:error|warning|note) /gm) ?? [];

describe.each(["one", "published"] as const)("%s", (group) => {
  const all = fixtures(group);

  test.each(all)("$path: that message, range and code, and no other", ({ spec, expected }) => {
    expect(said(spec)).toBe(expected);
    expect(messages(expected).length).toBe(1);
  });
});

test("every repair takes its mistake away and brings no other", () => {
  let repaired = 0;
  for (const { spec } of fixtures("one")) {
    const { sources, diagnostics } = compiledHere(spec);
    const main = sources[0];
    if (main === undefined || !diagnostics.some(({ fix }) => fix?.span.source === main)) continue;
    const { text, applied } = applyFixes(main, diagnostics);
    expect(applied).toBeGreaterThan(0);
    expect(messages(said(text)).length, said(text)).toBe(0);
    repaired += 1;
  }
  expect(repaired).toBeGreaterThan(20);
});

describe("several", () => {
  test.each(fixtures("several"))("$path: all of them in one run, in the order of the text", ({ spec, expected }) => {
    expect(said(spec)).toBe(expected);
    expect(messages(expected).length).toBeGreaterThanOrEqual(3);
    const lines = [...expected.matchAll(/^# (?:error|warning|note) \S+ (\d+):(\d+)-/gm)].map(([, line, column]) => [
      Number(line),
      Number(column),
    ]);
    expect(lines).toEqual(lines.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d));
  });
});

test("there are at least 100 with one mistake and 25 with several", () => {
  expect(fixtures("one").length).toBeGreaterThanOrEqual(100);
  expect(fixtures("several").length).toBeGreaterThanOrEqual(25);
});
