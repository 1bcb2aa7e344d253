import type { Known } from "../explain/known.ts";
import type { PlannedStage } from "../lower/make-plan.ts";
import type { Plan } from "../lower/plan.ts";
import { toJson } from "../lower/stage-plan.ts";
import type { Change } from "./change.ts";
import { comparePlain } from "./compare-plain.ts";
import { compareStages, type StageChanges } from "./compare-stages.ts";

export interface SpecChanges {
  /** Labels of stages that are the same training on both sides. */
  readonly same: readonly string[];
  /** The same trainings under other labels. */
  readonly renamed: readonly { readonly before: string; readonly after: string }[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
  readonly changed: readonly { readonly name: string; readonly changes: StageChanges }[];
  /** What assemblies, exports and sweeps are made of, stages by their labels. */
  readonly others: readonly Change[];
}

/** What two specs differ in: stages by label, then those that only another label tells apart. */
export function compareSpecs(a: Known, b: Known): SpecChanges {
  const [before, after] = [byLabel(a), byLabel(b)];
  const hashesOf = (own: ReadonlyMap<string, PlannedStage>, others: ReadonlyMap<string, PlannedStage>) =>
    new Map([...own].flatMap(([label, { plan }]) => (others.has(label) ? [] : [[plan.hash, label] as const])));
  const [onlyBefore, onlyAfter] = [hashesOf(before, after), hashesOf(after, before)];
  const pairs = [...before].flatMap(([name, x]) => {
    const y = after.get(name);
    return y === undefined ? [] : [{ name, x, y }];
  });
  const differ = pairs.filter(({ x, y }) => x.plan.hash !== y.plan.hash);
  return {
    same: pairs.filter((pair) => !differ.includes(pair)).map(({ name }) => name),
    renamed: [...onlyBefore].flatMap(([hash, label]) => {
      const other = onlyAfter.get(hash);
      return other === undefined ? [] : [{ before: label, after: other }];
    }),
    removed: [...onlyBefore].filter(([hash]) => !onlyAfter.has(hash)).map(([, label]) => label),
    added: [...onlyAfter].filter(([hash]) => !onlyBefore.has(hash)).map(([, label]) => label),
    changed: differ.map(({ name, x, y }) => ({
      name,
      changes: compareStages({ stage: x, known: a }, { stage: y, known: b }),
    })),
    others: comparePlain("", othersOf(a), othersOf(b)),
  };
}

function byLabel({ stages }: Known): ReadonlyMap<string, PlannedStage> {
  return new Map(stages.map((stage) => [stage.plan.label, stage]));
}

/** Assemblies, exports and sweeps as plain values, each stage under its label. */
function othersOf({ planned, nameOf }: Known): unknown {
  const { assemblies, exports, sweeps }: Plan = planned;
  const plain = {
    assembly: new Map(
      assemblies.map(({ name, data, members }) => [
        name,
        { data, ...Object.fromEntries(members.map(({ task, stream }) => [task.name, stream])) },
      ]),
    ),
    export: new Map(exports.map(({ of, opset }) => [of.kind === "stage" ? nameOf(of.hash) : of.name, { opset }])),
    sweep: new Map(
      sweeps.map(({ name, points, report }) => [
        name,
        { points: points.map(({ label }) => label), report: report.map((each, i) => [each, points[0]?.metrics[i]]) },
      ]),
    ),
  };
  const named: unknown = JSON.parse(toJson(plain), (key, value: unknown) =>
    (key === "stage" || key === "hash") && typeof value === "string" ? nameOf(value) : value,
  );
  return named;
}
