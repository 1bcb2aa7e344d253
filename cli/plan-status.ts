import { existsSync } from "node:fs";
import { Trace } from "../compiler/check/trace.ts";
import { analyse } from "../compiler/compile.ts";
import { forwardFlops } from "../compiler/cost/forward.ts";
import type { Change } from "../compiler/diff/change.ts";
import { compareMeanings, type StageChanges } from "../compiler/diff/compare-stages.ts";
import { type Known, knownOf } from "../compiler/explain/known.ts";
import type { StagePlan } from "../compiler/lower/plan.ts";
import type { Results } from "../compiler/lower/results.ts";
import { type Estimate, estimateOf } from "../runtime/run/estimate.ts";
import { recordedSpec } from "../runtime/run/recorded-spec.ts";
import { type StageStatus, statusOf } from "../runtime/run/stage-status.ts";
import { readFound } from "../runtime/search/search-file.ts";
import type { Checked } from "./checked-spec.ts";
import { openRun, type RunChoice, runFolderOf } from "./open-run.ts";
import { lookInto } from "./read-spec.ts";
import { recordedSource } from "./recorded-run.ts";
import { watchRun } from "./watch-run.ts";

export interface PlanStatus {
  /** How far each stage is, in words. */
  readonly stages: ReadonlyMap<StagePlan, string>;
  /** What is left takes; undefined where that cannot be known. */
  readonly estimate: (Estimate & { readonly stages: number }) | undefined;
}

/** How far a spec's plan is in its run's folder, and what is left to do; of a plan that was never run the latter alone. */
export async function planStatus(checked: Checked, choice: RunChoice): Promise<PlanStatus> {
  const folder = runFolderOf(checked.path, choice.out);
  const told = new Map<StagePlan, string>();
  const isThere = existsSync(folder);
  // Drawn faces are drawn when they are needed, and to look at a plan needs none.
  if (!isThere && checked.plan.stages.some(({ data }) => data.format.kind === "synthetic"))
    return { stages: told, estimate: undefined };
  const run = await openRun(checked, choice, watchRun(true));
  const why = reasons(checked, folder);
  const ended = endedIn(checked.plan, readFound(folder).results);
  const todo: StagePlan[] = [];
  for (const stage of checked.plan.stages) {
    const status = await statusOf(run, stage);
    const isEnded = status.kind === "begun" && ended.has(stage.hash);
    if (status.kind !== "trained" && !isEnded) todo.push(stage);
    if (isThere)
      told.set(stage, isEnded ? `ended by its search, ${status.steps} steps` : statusText(status, () => why(stage)));
  }
  if (todo.length === 0) return { stages: told, estimate: undefined };
  const { analysis } = lookInto(checked.path, checked.options, []);
  const work = new Map(analysis.stages.map((each) => [each.plan.hash, forwardFlops(each.checked).total]));
  const estimate = await estimateOf(run, todo, ({ hash }) => work.get(hash) ?? 0);
  return { stages: told, estimate: estimate && { ...estimate, stages: todo.length } };
}

/** Hashes of the stages that searches have ended early. */
function endedIn({ sweeps }: Checked["plan"], { trials }: Results): ReadonlySet<string> {
  const ended = sweeps.flatMap(({ name, points }) =>
    points.flatMap(({ of, trial }) => {
      const result = trial === undefined ? undefined : trials.get(name)?.[trial.number];
      return of.kind === "stage" && result !== undefined && result.ended !== null ? [of.hash] : [];
    }),
  );
  return new Set(ended);
}

function statusText(status: StageStatus, why: () => string | undefined): string {
  switch (status.kind) {
    case "trained":
      return `trained, ${status.steps} steps`;
    case "begun":
      return `begun, ${status.steps} steps are done`;
    case "other data":
      return "to be trained again: the data, or what it builds on, are not those that it was trained on";
    case "altered":
      return `to be trained again: ${status.reason}`;
    case "new": {
      const changes = why();
      return changes === undefined ? "to be trained" : `to be trained again: ${changes}`;
    }
  }
}

/** Of a stage, in what it differs from the one with its name that the run was last made of; undefined if there was none. */
function reasons(checked: Checked, folder: string): (stage: StagePlan) => string | undefined {
  let both: { readonly before: Known; readonly now: Known } | undefined | null = null;
  return (stage) => {
    if (both === null) both = knownOfBoth(checked, folder);
    const old = both?.before.stages.find(({ plan }) => plan.label === stage.label);
    const own = both?.now.stages.find(({ plan }) => plan.label === stage.label);
    if (both === undefined || both === null || old === undefined || own === undefined) return undefined;
    return changesText(compareMeanings({ stage: old, known: both.before }, { stage: own, known: both.now }));
  };
}

function knownOfBoth(
  { path, options }: Checked,
  folder: string,
): { readonly before: Known; readonly now: Known } | undefined {
  const recorded = recordedSpec(folder);
  if (recorded === undefined) return undefined;
  const made = recordedSource(recorded);
  if (made === undefined) return undefined;
  const trace = new Trace();
  const before = analyse(made.source, made.options, trace.observe, trace.again);
  // What an earlier version of the language took may be no spec any more.
  if (before.plan === undefined) return undefined;
  const looked = lookInto(path, options, []);
  return { before: knownOf(before, trace), now: knownOf(looked.analysis, looked.trace) };
}

const shown = 3;

/** The first of what differs, the nearest to what people write before the rest. */
function changesText({
  settings,
  loss,
  reads,
  layers,
  weights,
  trained,
  starts,
  rest,
}: StageChanges): string | undefined {
  const all = [...settings, ...loss, ...reads, ...layers, ...weights, ...trained, ...starts, ...rest];
  if (all.length === 0) return undefined;
  const more = all.length > shown ? `, and ${all.length - shown} more` : "";
  return `${all.slice(0, shown).map(changeText).join(", ")}${more}`;
}

function changeText({ path, kind, before, after }: Change): string {
  if (kind === "added") return `${path} is new`;
  if (kind === "removed") return `${path} is gone`;
  return before === null || after === null ? `${path} changed` : `${path} changed ${before} to ${after}`;
}
