import { existsSync } from "node:fs";
import { Trace } from "../compiler/check/trace.ts";
import { analyse } from "../compiler/compile.ts";
import type { Change } from "../compiler/diff/change.ts";
import { compareMeanings, type StageChanges } from "../compiler/diff/compare-stages.ts";
import { type Known, knownOf } from "../compiler/explain/known.ts";
import type { StagePlan } from "../compiler/lower/plan.ts";
import { recordedSpec } from "../runtime/run/recorded-spec.ts";
import { type StageStatus, statusOf } from "../runtime/run/stage-status.ts";
import type { Checked } from "./checked-spec.ts";
import { openRun, type RunChoice, runFolderOf } from "./open-run.ts";
import { lookInto } from "./read-spec.ts";
import { recordedSource } from "./recorded-run.ts";
import { watchRun } from "./watch-run.ts";

/** How far each stage of a spec is in its run's folder, in words; nothing where there is no such folder. */
export async function planStatus(checked: Checked, choice: RunChoice): Promise<ReadonlyMap<StagePlan, string>> {
  const folder = runFolderOf(checked.path, choice.out);
  const told = new Map<StagePlan, string>();
  if (!existsSync(folder)) return told;
  const run = await openRun(checked, choice, watchRun(true));
  const why = reasons(checked, folder);
  for (const stage of checked.plan.stages)
    told.set(
      stage,
      statusText(await statusOf(run, stage), () => why(stage)),
    );
  return told;
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
