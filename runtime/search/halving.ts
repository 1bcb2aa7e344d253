import type { Duration, SearchPlan, StagePlan, SweepPlan } from "../../compiler/lower/plan.ts";
import type { Results } from "../../compiler/lower/results.ts";
import { assemblyStages, closureOf } from "../run/plan-part.ts";
import type { Run } from "../run/run-plan.ts";
import type { Outcome } from "../run/train-plan.ts";
import type { Work } from "../run/work.ts";
import { endsOf, type Trial, trialsOf, valueAtRung } from "./trials.ts";

/** What a launcher does with a part of a run's plan. */
export type Train = (run: Run, work: Work) => Promise<Outcome>;

export type OnRung = (sweep: SweepPlan, limit: Duration, ended: number, left: number) => void;

export interface Halving {
  readonly train: Train;
  /** Whether no stage is begun any more. */
  readonly isOver: () => boolean;
  readonly onRung: OnRung;
}

/** A trial that was ended early: at which rung, and what it had reached there. */
export interface Ended {
  readonly rung: number;
  readonly value: number | null;
}

export interface Halved {
  readonly outcome: Outcome;
  /** Trials that were ended, by the sweep's name and their number. */
  readonly ended: ReadonlyMap<string, ReadonlyMap<number, Ended>>;
}

type Pruning = NonNullable<SearchPlan["prune"]>;

interface Race {
  readonly sweep: SweepPlan;
  /** Undefined where none is ended but by the time. */
  readonly prune: Pruning | undefined;
  readonly trials: readonly Trial[];
  readonly ended: Map<number, Ended>;
}

/**
 * Trains some stages of a run. Those of searches that prune are halved (arXiv 1810.05934, in step rather than as each arrives, so that the
 * same trials are ended however many are trained side by side): at each rung the best of `factor` of all trials that came there go on.
 */
export async function trainHalved(
  run: Run,
  stages: readonly StagePlan[],
  results: Results,
  { train, isOver, onRung }: Halving,
): Promise<Halved> {
  const races = run.plan.sweeps.flatMap((sweep) => raceOf(sweep, results));
  const halved = (outcome: Outcome): Halved => ({
    outcome,
    ended: new Map(races.map(({ sweep, ended }) => [sweep.name, ended])),
  });
  const needed = neededOtherwise(run, stages, races);
  const asked = new Set(stages.map(hashOf));
  let all = noOutcome;
  for (let rung = 0; ; rung += 1) {
    const failed = new Set([...all.failed, ...all.left].map(({ stage }) => stage.hash));
    const isToTrain = ({ hash }: StagePlan) => asked.has(hash) && !failed.has(hash);
    const dropped = new Set<string>();
    const limits = new Map<string, Duration>();
    const racing: StagePlan[] = [];
    for (const { trials, ended, prune } of races) {
      for (const trial of trials) {
        for (const stage of endsOf(run, trial)) {
          if (needed.has(stage.hash)) continue;
          if (ended.has(trial.number)) dropped.add(stage.hash);
          else if (prune !== undefined && isToTrain(stage) && !(await run.isFinished(stage))) {
            limits.set(stage.hash, limitAt(prune, rung));
            racing.push(stage);
          }
        }
      }
    }
    if (rung > 0 && racing.length === 0) return halved(all);
    // What stands in several trials is trained as far as the one that goes on.
    const own = rung === 0 ? stages : racing;
    const work = { stages: own.filter(({ hash }) => limits.has(hash) || !dropped.has(hash)), limits, isOver };
    all = joined(all, await train(run, work));
    if (all.interrupted || all.stopped !== undefined || isOver()) return halved(all);
    for (const race of races) {
      if (race.prune === undefined) continue;
      const { ended, left } = await decide(run, race, race.prune, rung);
      if (ended > 0) onRung(race.sweep, limitAt(race.prune, rung), ended, left);
    }
  }
}

export const noOutcome: Outcome = { trained: new Set(), interrupted: false, failed: [], left: [] };

/** Two outcomes, one after the other; a stage that failed in both is told once. */
export function joined(first: Outcome, second: Outcome): Outcome {
  const once = <T extends { readonly stage: StagePlan }>(all: readonly T[]): readonly T[] => [
    ...new Map(all.map((each) => [each.stage.hash, each])).values(),
  ];
  return {
    trained: new Set([...first.trained, ...second.trained]),
    interrupted: first.interrupted || second.interrupted,
    ...(second.stopped === undefined ? {} : { stopped: second.stopped }),
    failed: once([...first.failed, ...second.failed]),
    left: once([...first.left, ...second.left]),
  };
}

function raceOf(sweep: SweepPlan, results: Results): readonly Race[] {
  if (sweep.search === undefined) return [];
  const known = results.trials.get(sweep.name) ?? [];
  const trials = trialsOf(sweep);
  const ended = known.flatMap((result, number): [number, Ended][] =>
    result.ended === null ? [] : [[number, { rung: result.ended, value: result.value }]],
  );
  return [{ sweep, prune: sweep.search.prune, trials, ended: new Map(ended) }];
}

/** How far the trials of a rung are trained. */
function limitAt({ every, factor }: Pruning, rung: number): Duration {
  return { unit: every.unit, value: every.value * factor ** rung };
}

/** Stages that something else than a trial needs to be trained to its end. */
function neededOtherwise(run: Run, stages: readonly StagePlan[], races: readonly Race[]): ReadonlySet<string> {
  const ends = new Set(races.flatMap(({ trials }) => trials.flatMap((trial) => endsOf(run, trial))).map(hashOf));
  const needed = new Set<string>();
  for (const stage of stages) {
    const closure = closureOf(run.plan, stage.hash);
    for (const hash of closure) if (hash !== stage.hash || !ends.has(hash)) needed.add(hash);
  }
  // In what waits for a choice, a stage only stands for the one that is not known yet.
  const waiting = new Set(
    run.plan.choices.flatMap((choice) => choice.waiting.flatMap((each) => (each.kind === "assembly" ? each.name : []))),
  );
  for (const assembly of run.plan.assemblies)
    if (!waiting.has(assembly.name)) for (const hash of assemblyStages(assembly)) needed.add(hash);
  for (const { of, include } of run.plan.exports) {
    if (of.kind === "stage") needed.add(of.hash);
    for (const { stage } of include) needed.add(stage);
  }
  return needed;
}

function hashOf({ hash }: StagePlan): string {
  return hash;
}

/** Ends the trials of a race that are behind at a rung. Those that came there in earlier rounds are compared with, and are not decided again. */
async function decide(
  run: Run,
  { trials, ended }: Race,
  prune: Pruning,
  rung: number,
): Promise<{ readonly ended: number; readonly left: number }> {
  const limit = limitAt(prune, rung);
  const there: { readonly trial: Trial; readonly value: number }[] = [];
  for (const trial of trials) {
    if ((ended.get(trial.number)?.rung ?? rung) < rung) continue;
    const value = await valueAtRung(run, trial, limit);
    if (value !== null) there.push({ trial, value });
  }
  // Of equals the earlier one goes on.
  there.sort((a, b) => b.value - a.value || a.trial.number - b.trial.number);
  const before = ended.size;
  for (const { trial, value } of there.slice(Math.ceil(there.length / prune.factor))) {
    if (ended.has(trial.number) || (await areFinished(run, trial))) continue;
    ended.set(trial.number, { rung, value });
  }
  return { ended: ended.size - before, left: there.filter(({ trial }) => !ended.has(trial.number)).length };
}

/** Whether all that a trial is made of is trained to its end. */
export async function areFinished(run: Run, trial: Trial): Promise<boolean> {
  for (const stage of endsOf(run, trial)) if (!(await run.isFinished(stage))) return false;
  return true;
}
