import { rateText } from "../explain/weight-tree.ts";
import { printShape } from "../ir/dim.ts";
import { sourceText, weightCount } from "../lower/describe-plan.ts";
import type { WeightSource } from "../lower/plan.ts";
import { bothKeys, type Change } from "./change.ts";
import { samePlain } from "./compare-plain.ts";
import { type Folded, foldByPath, type Leaf } from "./fold-by-path.ts";
import { type Side, stageNames } from "./side.ts";

export interface WeightChanges {
  /** Weights and running statistics that one side lacks or that have another shape. */
  readonly weights: readonly Change[];
  /** Those of both sides that are frozen on one, or trained at a rate of their own. */
  readonly trained: readonly Change[];
  /** Those of both sides that begin otherwise. */
  readonly starts: readonly Change[];
}

interface Tensor {
  readonly shape: readonly number[];
  readonly from: WeightSource;
  readonly trained: string;
  readonly statistic: boolean;
}

interface Difference extends Change, Leaf {
  readonly a: Tensor | undefined;
  readonly b: Tensor | undefined;
}

/** What two stages' weights and running statistics differ in, by path. */
export function compareWeights(a: Side, b: Side): WeightChanges {
  const [before, after] = [tensorsOf(a), tensorsOf(b)];
  const [nameInA, nameInB] = stageNames(a, b);
  const folded = (differ: (x: Tensor, y: Tensor, path: string) => readonly string[] | undefined, alone: boolean) =>
    foldByPath(
      bothKeys(before.keys(), after.keys()).map((path): Difference => {
        const [x, y] = [before.get(path), after.get(path)];
        const none = { path, key: "", kind: "changed", before: null, after: null, a: x, b: y } as const;
        if (x === undefined || y === undefined) {
          const kind = x === undefined ? "added" : "removed";
          return alone ? { ...none, key: kind, kind } : none;
        }
        const texts = differ(x, y, path);
        return texts === undefined
          ? none
          : { ...none, key: texts.join(" → "), before: texts[0] ?? null, after: texts[1] ?? null };
      }),
    );
  // How a layer is drawn follows from its sizes.
  const resized = new Set(
    [...before].flatMap(([path, { shape }]) =>
      samePlain(shape, after.get(path)?.shape ?? shape) ? [] : [layerOf(path)],
    ),
  );
  return {
    weights: folded((x, y) => (samePlain(x.shape, y.shape) ? undefined : ["", ""]), true).map(shapeChange),
    trained: folded((x, y) => (x.trained === y.trained ? undefined : [x.trained, y.trained]), false).map(settingChange),
    starts: folded((x, y, path) => {
      const drawn = drawnOf(x.from) && drawnOf(y.from) && resized.has(layerOf(path));
      if (drawn || samePlain(x.from, y.from)) return undefined;
      // How it is drawn matters where both are.
      if (drawnOf(x.from) !== drawnOf(y.from))
        return [x.from, y.from].map((each, i) =>
          drawnOf(each) ? "drawn" : sourceText(each, i === 0 ? nameInA : nameInB),
        );
      const [from, to] = [sourceText(x.from, nameInA), sourceText(y.from, nameInB)];
      return from === to ? [fullSource(x.from, path, from), fullSource(y.from, path, to)] : [from, to];
    }, false).map(settingChange),
  };
}

function tensorsOf({ stage: { plan, checked } }: Side): ReadonlyMap<string, Tensor> {
  const { rate, weightDecay } = checked.training;
  const trainedText = (index: number | undefined): string => {
    const group = index === undefined ? undefined : plan.groups[index];
    if (group === undefined) return "frozen";
    return group.since === undefined &&
      group.l2 === undefined &&
      group.weightDecay === weightDecay &&
      samePlain(group.rate, rate)
      ? "trained"
      : `at ${rateText(group)}`;
  };
  return new Map([
    ...plan.parameters.map(({ path, shape, from, group }): [string, Tensor] => [
      path,
      { shape, from, trained: trainedText(group), statistic: false },
    ]),
    ...plan.states.map(({ path, shape, from, frozen }): [string, Tensor] => [
      path,
      { shape, from, trained: frozen ? "frozen" : "trained", statistic: true },
    ]),
  ]);
}

function layerOf(path: string): string {
  return path.slice(0, path.lastIndexOf("."));
}

function drawnOf({ kind }: WeightSource): boolean {
  return kind !== "stage" && kind !== "file";
}

/** Where one name says the same of both: which tensor of it. */
function fullSource(from: WeightSource, path: string, text: string): string {
  if (from.kind === "file") {
    const { tensor, parts = [tensor], arrange, resize } = from;
    return [
      text,
      parts.join(" and "),
      ...(arrange === undefined ? [] : [`as ${arrange}`]),
      ...(resize ? ["resized"] : []),
    ].join(", ");
  }
  if (from.kind === "uniform") return `uniform(${from.bound})`;
  return from.kind === "stage" && from.path !== path ? `${text}.${from.path}` : text;
}

function shapeChange({ path, leaves }: Folded<Difference>): Change {
  const [first, another] = leaves;
  const kind = first?.kind ?? "changed";
  const [a, b] = [leaves.flatMap((leaf) => leaf.a ?? []), leaves.flatMap((leaf) => leaf.b ?? [])];
  if (kind === "changed" && another === undefined)
    return { path, kind, before: printShape(first?.a?.shape ?? []), after: printShape(first?.b?.shape ?? []) };
  return { path, kind, before: a.length === 0 ? null : countText(a), after: b.length === 0 ? null : countText(b) };
}

function settingChange({ path, leaves }: Folded<Difference>): Change {
  const { before = null, after = null } = leaves[0] ?? {};
  return { path, kind: "changed", before, after };
}

function countText(tensors: readonly Tensor[]): string {
  const statistics = tensors.filter(({ statistic }) => statistic).length;
  const what =
    statistics === 0
      ? "weights"
      : statistics === tensors.length
        ? "running statistics"
        : "weights and running statistics";
  return `${weightCount(tensors).toLocaleString("en")} ${what}`;
}
