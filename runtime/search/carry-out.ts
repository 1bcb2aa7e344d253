import type { ChoicePlan, Plan, StagePlan, SweepPlan } from "../../compiler/lower/plan.ts";
import { noResults, type Results, type TrialResult } from "../../compiler/lower/results.ts";
import { closureOf, pointStages } from "../run/plan-part.ts";
import type { Run } from "../run/run-plan.ts";
import type { Outcome } from "../run/train-plan.ts";
import { StageError } from "../train/stage-error.ts";
import { areFinished, type Ended, joined, noOutcome, type OnRung, type Train, trainHalved } from "./halving.ts";
import { readFound, writeFound } from "./search-file.ts";
import { epochsOf, finalValue, stageValue, trialsOf, valueAtRung } from "./trials.ts";

export interface CarryOut {
  /** The run of the plan that there is once so much is known; it takes over what the one before has read. */
  readonly runWith: (results: Results, before: Run | undefined) => Promise<Run>;
  readonly train: Train;
  /** Seconds, of any beginning. */
  readonly clock: () => number;
  /** Told of each round of a search, of which so many trials are known before. */
  readonly onRound: (sweep: SweepPlan, known: number) => void;
  /** Told how many trials were ended at a rung, and how many go on. */
  readonly onRung: OnRung;
}

export interface CarriedOut {
  /** The last run: that of the whole plan, if nothing stopped it. */
  readonly run: Run;
  readonly outcome: Outcome;
}

/**
 * Trains a plan. Where trials or choices follow from results, the plan is made anew each time that some are known: first what the first
 * choice is among, then the searches, then all.
 */
export async function carryOut({ runWith, train, clock, onRound, onRung }: CarryOut): Promise<CarriedOut> {
  let results = noResults;
  let run = await runWith(results, undefined);
  let spent = readFound(run.options.folder.path).spent;
  let outcome = noOutcome;
  // Looked at once: whether files are as they were written is told by the first look.
  const finished = new Set<string>();
  for (;;) {
    const [choice] = run.plan.choices;
    const sweeps = searchesOf(run.plan, choice, results);
    const failed = new Set([...outcome.failed, ...outcome.left].map(({ stage }) => stage.hash));
    const isNew = ({ hash }: StagePlan) => !failed.has(hash) && !finished.has(hash);
    const stages = stagesFor(run.plan, choice, sweeps).filter(isNew);
    const begun = clock();
    const before = spent;
    const now = (): ReadonlyMap<string, number> =>
      new Map([
        ...before,
        ...sweeps
          .filter(({ search }) => search?.stop?.unit === "hours")
          .map(({ name }): [string, number] => [name, (before.get(name) ?? 0) + clock() - begun]),
      ]);
    const isOver = () => sweeps.length > 0 && sweeps.every((sweep) => hoursAreOver(sweep, now()));
    if (hasSearch(run.plan)) writeFound(run.options.folder, { results, spent });
    for (const sweep of sweeps) onRound(sweep, results.trials.get(sweep.name)?.length ?? 0);
    const halved = await trainHalved(run, stages, results, { train, isOver, onRung });
    outcome = joined(outcome, halved.outcome);
    for (const stage of stages) if (await run.isFinished(stage)) finished.add(stage.hash);
    spent = now();
    const stopped = outcome.interrupted || outcome.stopped !== undefined;
    const isWhole = choice === undefined && sweeps.length === 0;
    if (!stopped) {
      const known = isWhole ? run.plan.sweeps.filter(({ search }) => search !== undefined) : sweeps;
      for (const sweep of known) results = await withTrials(run, sweep, halved.ended.get(sweep.name), spent, results);
    }
    if (choice !== undefined && sweeps.length === 0 && !stopped) {
      const chosen = await best(run, choice);
      if (chosen === undefined) return { run, outcome: waitingFor(run, choice, outcome) };
      results = { ...results, choices: new Map([...results.choices, [choice.key, chosen]]) };
    }
    if (hasSearch(run.plan) || results.choices.size > 0) writeFound(run.options.folder, { results, spent });
    if (isWhole || stopped) return { run, outcome };
    run = await runWith(results, run);
    const again = run.plan.choices.find(({ key }) => results.choices.has(key));
    if (again !== undefined) throw new Error(`a choice that was made, ${again.key}, is asked for again`);
  }
}

/** Whether anything of a plan follows from results. */
export function hasSearch({ sweeps, choices }: Plan): boolean {
  return choices.length > 0 || sweeps.some(({ search }) => search !== undefined);
}

/**
 * The searches with trials of which it is not known what they reach, and of which more than that depends: those that a choice waits for,
 * or all where there is none.
 */
function searchesOf({ sweeps }: Plan, choice: ChoicePlan | undefined, results: Results): readonly SweepPlan[] {
  return sweeps.filter((sweep) => {
    const { name, search } = sweep;
    if (search === undefined || (!search.open && search.prune === undefined)) return false;
    if (choice !== undefined && !choice.searches.includes(name)) return false;
    return (results.trials.get(name)?.length ?? 0) < trialsOf(sweep).length;
  });
}

/** What is trained next: what searches have drawn, else what is to be chosen among, else everything. */
function stagesFor(plan: Plan, choice: ChoicePlan | undefined, sweeps: readonly SweepPlan[]): readonly StagePlan[] {
  if (choice === undefined && sweeps.length === 0) return plan.stages;
  const wanted =
    sweeps.length === 0
      ? (choice?.stages ?? []).map(({ hash }) => hash)
      : sweeps.flatMap(({ points }) => points.flatMap((point) => pointStages(plan, point)));
  const needed = new Set(wanted.flatMap((hash) => [...closureOf(plan, hash)]));
  return plan.stages.filter(({ hash }) => needed.has(hash));
}

/** The results of a sweep's trials, with those that are new; and whether its time is over. */
async function withTrials(
  run: Run,
  sweep: SweepPlan,
  ended: ReadonlyMap<number, Ended> | undefined,
  spent: ReadonlyMap<string, number>,
  results: Results,
): Promise<Results> {
  const { stop, prune } = sweep.search ?? {};
  const all = trialsOf(sweep);
  const isTimeOver = hoursAreOver(sweep, spent);
  const trials: TrialResult[] = [];
  for (const trial of all) {
    const early = ended?.get(trial.number);
    const isCut = early === undefined && isTimeOver && !(await areFinished(run, trial));
    if (early !== undefined) trials.push({ point: trial.point, value: early.value, ended: early.rung });
    else if (!isCut) trials.push({ point: trial.point, value: await finalValue(run, trial), ended: null });
    // The time was over before it was trained.
    else {
      const value = prune === undefined ? null : await valueAtRung(run, trial, prune.every);
      trials.push({ point: trial.point, value, ended: 0 });
    }
  }
  const isOver = isTimeOver || (stop?.unit === "epochs" && (await epochsOf(run, all)) >= stop.value);
  return {
    ...results,
    trials: new Map([...results.trials, [sweep.name, trials]]),
    over: isOver ? new Set([...results.over, sweep.name]) : results.over,
  };
}

function hoursAreOver({ name, search }: SweepPlan, spent: ReadonlyMap<string, number>): boolean {
  const { stop } = search ?? {};
  return stop?.unit === "hours" && (spent.get(name) ?? 0) >= stop.value * 3600;
}

/** The place of the stage whose metric is greatest, of equals the first; undefined where none is trained. */
async function best(run: Run, { stages, metric }: ChoicePlan): Promise<number | undefined> {
  let found: { readonly place: number; readonly value: number } | undefined;
  for (const [place, stage] of stages.entries()) {
    const value = await stageValue(run, stage, metric);
    if (value !== undefined && Number.isFinite(value) && (found === undefined || value > found.value))
      found = { place, value };
  }
  return found?.place;
}

/** What is not begun, as nothing of what it needs the best of has a score. */
function waitingFor(run: Run, { stages, waiting }: ChoicePlan, outcome: Outcome): Outcome {
  const [first] = stages;
  if (first === undefined) return outcome;
  const needs = run.stageOf(first.hash);
  const left = waiting.flatMap((each) => (each.kind === "stage" ? [{ stage: run.stageOf(each.hash), needs }] : []));
  const problem = new StageError(needs.label, "nothing that `best` is to choose among has a score");
  const failed = outcome.failed.length > 0 ? outcome.failed : [{ stage: needs, problem }];
  return joined(outcome, { ...noOutcome, failed, left });
}
