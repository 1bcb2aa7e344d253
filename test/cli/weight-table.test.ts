import { expect, test } from "vitest";
import { weightTable } from "../../cli/weight-table.ts";
import type { WeightNode } from "../../compiler/explain/weight-tree.ts";

const node = (path: string, ...children: readonly WeightNode[]): WeightNode => ({
  path,
  name: path.split(".").at(-1) ?? path,
  module: "",
  shape: children.length === 0 ? "[4]" : "",
  weights: 4,
  trained: 4,
  from: ["zeros"],
  rates: ["1e-3, decay 0"],
  flops: 0,
  children,
});

test("what stands around one thing is one line with it: a definition around a layer, a list around an item", () => {
  const item = node("x.stack[0]", node("x.stack[0].a"), node("x.stack[0].b"));
  const tree = [node("x", node("x.stack", item)), node("y", node("y.inner", node("y.inner.a"), node("y.inner.b")))];
  const names = weightTable(tree, 1)
    .split("\n")
    .flatMap((line) => /^ *(\S+).*4/.exec(line)?.[1] ?? []);
  expect(names).toEqual(["x.stack[0]", "y.inner"]);
});
