import { describe, expect, test } from "vitest";
import { applyFixes } from "../../compiler/diagnostics/apply-fixes.ts";
import { catalogue } from "../../compiler/diagnostics/catalogue.ts";
import { checked, fixtures, groups, said } from "./expectation.ts";

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
    const { main, diagnostics } = checked(spec);
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

test("there are at least 400 with one mistake and 55 with several", () => {
  expect(fixtures("one").length).toBeGreaterThanOrEqual(400);
  expect(fixtures("several").length).toBeGreaterThanOrEqual(55);
});

/** Codes that no spec of this folder can have, and what holds them. */
const without: ReadonlyMap<string, string> = new Map([
  ["file-too-large", "a text of a million characters is made by test/grammar/parsing.test.ts"],
  ["other-eps", "it is said of a file of weights: test/training/first-weights.test.ts"],
  ["not-yet", "it is said of what is right: docs/diagnostics"],
  ["not-yet-written", "it is said of what is right: docs/diagnostics"],
]);

test("every code of the catalogue is said of some spec here", () => {
  const said = new Set(
    groups.flatMap((group) =>
      fixtures(group).flatMap(({ expected }) =>
        [...expected.matchAll(/^# (?:error|warning|note) (\S+) /gm)].map(([, code]) => code),
      ),
    ),
  );
  const codes = Object.keys(catalogue);
  expect(codes.filter((code) => !said.has(code)).toSorted()).toEqual([...without.keys()].toSorted());
});
