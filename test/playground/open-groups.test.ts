import { expect, test } from "vitest";
import { depthOf } from "../../compiler/draw/depth.ts";
import type { Box, Drawing } from "../../compiler/draw/drawing.ts";
import { openIn } from "../../editors/playground/page/graph/open-groups.ts";

const box = (id: string, group?: string): Box => ({
  id,
  group,
  kind: "layer",
  title: id,
  lines: [],
  details: [],
  place: undefined,
  weights: undefined,
});

/** Groups `a`, in it `a.b`, in it as many boxes as wanted. */
const drawing = (count: number, ...more: readonly Box[]): Drawing => ({
  title: "",
  direction: "down",
  groups: [box("a"), box("a.b", "a"), ...more],
  boxes: Array.from({ length: count }, (_, i) => box(`a.b.${i}`, "a.b")),
  arrows: [],
});

test("groups are open as deep as a glance can take in", () => {
  expect([...openIn(drawing(24), undefined, new Set())]).toEqual(["a", "a.b"]);
  expect([...openIn(drawing(25), undefined, new Set())]).toEqual(["a"]);
});

test("what a person opened and closed stays so when the text changes, and what is new is as usual", () => {
  const before = drawing(30);
  const next = drawing(30, box("c"));
  expect([...openIn(next, before, new Set(["a", "a.b"]))]).toEqual(["a", "a.b", "c"]);
  expect([...openIn(next, before, new Set())]).toEqual(["c"]);
});

test("the depth is that down to which all is open", () => {
  expect(depthOf(drawing(1), new Set())).toBe(1);
  expect(depthOf(drawing(1), new Set(["a"]))).toBe(2);
  expect(depthOf(drawing(1), new Set(["a", "a.b"]))).toBe(3);
  expect(depthOf(drawing(1), new Set(["a.b"]))).toBe(1);
});
