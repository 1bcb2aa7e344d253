import type { WeightNode } from "../compiler/explain/weight-tree.ts";
import { counted } from "../compiler/lower/describe-plan.ts";
import { textTable } from "./text-table.ts";

/** Weights as a tree down to a depth; items of a list that are alike stand in one line. */
export function weightTable(tree: readonly WeightNode[], depth: number): string {
  const rows = rowsOf(tree, depth, "");
  return textTable([["", "", "weights", "", "from", "FLOPs"], ...rows], [2, 5]);
}

/** A definition around one layer is one line: `m.fusion`. */
function joined(node: WeightNode): WeightNode {
  const [only, another] = node.children;
  if (only === undefined || another !== undefined || only.shape !== "") return node;
  const module = node.module === "" ? only.module : node.module;
  const flops = Math.max(node.flops, only.flops);
  const place = only.path.startsWith(`${node.path}[`) ? only.path.slice(node.path.length) : `.${only.name}`;
  return joined({ ...only, name: `${node.name}${place}`, module, flops });
}

interface Run {
  readonly first: WeightNode;
  readonly last: WeightNode;
  readonly count: number;
}

function rowsOf(tree: readonly WeightNode[], depth: number, indent: string): readonly (readonly string[])[] {
  if (depth === 0) return [];
  return runsOf(tree.map(joined)).flatMap(({ first, last, count }) => [
    [
      `${indent}${runName(first, last)}`,
      first.shape === "" ? first.module : first.shape,
      `${count > 1 ? `${count} × ` : ""}${first.weights.toLocaleString("en")}`,
      trainedText(first),
      fromText(first.from),
      first.flops === 0 ? "" : `${count > 1 ? `${count} × ` : ""}${counted(first.flops)}`,
    ],
    ...rowsOf(first.children, depth - 1, `${indent}  `),
  ]);
}

/** Neighbours that differ in nothing but their place. */
function runsOf(tree: readonly WeightNode[]): readonly Run[] {
  const runs: Run[] = [];
  for (const node of tree) {
    const before = runs.at(-1);
    if (before !== undefined && node.name.endsWith("]") && lookOf(before.first) === lookOf(node))
      runs[runs.length - 1] = { ...before, last: node, count: before.count + 1 };
    else runs.push({ first: node, last: node, count: 1 });
  }
  return runs;
}

function lookOf({ name, module, shape, weights, trained, from, rates, flops }: WeightNode): string {
  return JSON.stringify([name.replace(/\[\d+\]$/, ""), module, shape, weights, trained, from, rates, flops]);
}

function runName(first: WeightNode, last: WeightNode): string {
  const end = /\[(\d+)\]$/.exec(last.name)?.[1];
  return first === last || end === undefined ? first.name : first.name.replace(/\]$/, ` .. ${end}]`);
}

function trainedText({ weights, trained, rates }: WeightNode): string {
  if (trained === 0) return "frozen";
  const [only, ...others] = rates;
  const rate = others.length === 0 && only !== undefined ? `at ${only}` : `at ${rates.length} rates`;
  return trained === weights ? rate : `${Math.round((100 * trained) / weights)} % ${rate}`;
}

function fromText(from: readonly string[]): string {
  const drawn = /^(normal|uniform|zeros|ones|constant)\b/;
  const own = from.filter((each) => !drawn.test(each));
  if (own.length === 0) return from.length === 1 ? (from[0] ?? "") : "drawn";
  return [...own, ...(own.length < from.length ? ["drawn"] : [])].join(", ");
}
