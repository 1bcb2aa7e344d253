import { join } from "node:path";
import { followsScores } from "../../compiler/lower/follows-scores.ts";
import { keepsLastAlone } from "../../compiler/lower/keeps-last.ts";
import { passSize } from "../../compiler/lower/pass-size.ts";
import type { Duration, KeepOne, StagePlan } from "../../compiler/lower/plan.ts";
import { checkSeal, writeSealed } from "../checkpoints/sealed.ts";
import { firstNotFinite } from "../data/first-not-finite.ts";
import { hash } from "../data/loader/random.ts";
import type { Engine, Tensor, Tensors } from "../engines/engine.ts";
import type { TaskScore } from "../evaluate/score-task.ts";
import { type KeptStep, type Progress, readCheckpoint, readProgress, writeCheckpoint } from "./checkpoint.ts";
import { chosenRows } from "./chosen-rows.ts";
import { countFacts } from "./count-facts.ts";
import type { KeptOf } from "./initial-weights.ts";
import { metricValue } from "./metric-value.ts";
import { MetricsLog } from "./metrics-log.ts";
import { type Calendar, calendarOf, pauseOf, scheduleValue, stepsOf } from "./schedule-value.ts";
import { type StageInputs, stageLoader } from "./stage-data.ts";
import { StageError } from "./stage-error.ts";
import { keptBy, keptFile, stageFiles } from "./stage-files.ts";
import { StageTrainer, tensorOf } from "./stage-trainer.ts";
import { stepSeed } from "./step-seed.ts";
import { type Judgement, Validation } from "./validation.ts";
import { trainedFrames } from "./whole-videos.ts";

export interface TrainContext {
  readonly engine: Engine;
  /** The stage's folder of the run. */
  readonly folder: string;
  readonly identity: string;
  readonly inputs: StageInputs;
  readonly keptOf: KeptOf;
  /** Told after every step. */
  readonly onStep: (done: number, total: number, loss: number) => void;
  /** With the mean loss of the training since the last. */
  readonly onEpoch: (epoch: number, scores: ReadonlyMap<string, TaskScore>, loss: number) => void;
  /** Stops after the step at hand, with a checkpoint. */
  readonly signal: AbortSignal;
  /** Leaves it there for now, with a checkpoint. */
  readonly limit?: Duration;
}

export interface TrainedStage {
  readonly interrupted: boolean;
  readonly steps: number;
}

const nothingJudged: Judgement = { scores: new Map(), terms: new Map() };
/** Among the sums, how many steps they are over. */
const stepsCounted = "steps";

/**
 * Trains one stage to its end, from where an earlier run of it stopped. Everything that happens in a step is a function of the seed and
 * the step, so an interrupted and resumed training gives the weights of the uninterrupted one.
 */
export async function trainStage(plan: StagePlan, context: TrainContext): Promise<TrainedStage> {
  const { inputs, engine } = context;
  const table = inputs.data.parts.get("train");
  if (table === undefined) throw new StageError(plan.label, "the data has no training part");
  const rows = chosenRows(table, plan.rows);
  if (rows.length === 0) throw new StageError(plan.label, "no row of the training part is valid for it");
  const facts = countFacts(plan.facts, table, rows);
  const size = { ...passSize(plan), time: trainedFrames(plan, table, rows) };
  const graph = plan.graphs.training(size);
  const { loader, close } = stageLoader(plan, inputs, {
    part: "train",
    rows,
    clip: plan.clip,
    batch: plan.batch,
    training: true,
    tasks: plan.tasks,
    graphs: [graph],
  });
  const opened = [close];
  try {
    const plain = calendarOf(plan, loader.steps);
    const better: number[] = [];
    const calendar = { ...plain, judged: { every: stepsOf(plan.evaluate.every, plain), better } };
    const trainer = new StageTrainer(plan, { engine, keptOf: context.keptOf, facts, calendar, size, graph });
    opened.push(() => trainer.release());
    const validation = await Validation.open(plan, engine, trainer.constants, inputs);
    if (validation !== undefined) opened.push(() => validation.close());
    return await new Training(plan, context, trainer, validation, calendar, better).run(loader);
  } finally {
    for (const each of opened.reverse()) await each();
  }
}

class Training {
  readonly #plan: StagePlan;
  readonly #context: TrainContext;
  readonly #trainer: StageTrainer;
  readonly #validation: Validation | undefined;
  readonly #calendar: Calendar;
  /** What the calendar's schedules go by that follow scores. */
  readonly #better: number[];
  readonly #log: MetricsLog;
  #best: Record<string, KeptStep> = {};
  #sums: Record<string, number> = {};

  constructor(
    plan: StagePlan,
    context: TrainContext,
    trainer: StageTrainer,
    validation: Validation | undefined,
    calendar: Calendar,
    better: number[],
  ) {
    this.#plan = plan;
    this.#context = context;
    this.#trainer = trainer;
    this.#validation = validation;
    this.#calendar = calendar;
    this.#better = better;
    this.#log = new MetricsLog(join(context.folder, stageFiles.log));
  }

  async run(loader: {
    readonly steps: number;
    at(epoch: number, index: number): Promise<{ readonly feeds: Tensors }>;
  }): Promise<TrainedStage> {
    const { duration, evaluate, keep, patience, groups } = this.#plan;
    const calendar = this.#calendar;
    const { stepsPerEpoch: perEpoch, totalSteps: total } = calendar;
    const every = stepsOf(evaluate.every, calendar);
    const patienceSteps = patience === undefined || keepsLastAlone(keep) ? undefined : stepsOf(patience, calendar);
    // A training cannot have come to its end before all of it has begun.
    const whole = Math.max(0, ...groups.map(({ since }) => (since === undefined ? 0 : stepsOf(since, calendar))));
    const deadline = duration.unit === "hours" ? performance.now() + duration.value * 3_600_000 : undefined;
    const { limit } = this.#context;
    const end = limit === undefined ? total : pauseOf(limit, this.#plan, calendar);
    let step = await this.#resume();
    this.#log.cut(step);
    while (step < end) {
      const { feeds } = await loader.at(Math.floor(step / perEpoch), step % perEpoch);
      await this.#trainer.enter(step);
      await this.#step(step, feeds);
      step += 1;
      const done = step >= total || (deadline !== undefined && performance.now() > deadline);
      if (step % every === 0 || done || this.#context.signal.aborted) await this.#refuseBroken(step);
      if (step % every === 0 || done) {
        await this.#judge(step);
        const waited = step - Math.max(this.#bettered(), whole);
        const enough = done || (patienceSteps !== undefined && waited >= patienceSteps);
        await this.#save(step, enough);
        if (enough) break;
      }
      if (this.#context.signal.aborted) {
        await this.#save(step, false);
        return { interrupted: true, steps: step };
      }
    }
    return { interrupted: false, steps: step };
  }

  /** A gradient may overflow where the loss did not: such weights must not replace a good checkpoint. */
  async #refuseBroken(step: number): Promise<void> {
    for (const [path, { data }] of await this.#trainer.live("last")) {
      if (!(data instanceof Float32Array) || firstNotFinite(data) < 0) continue;
      throw new StageError(
        this.#plan.label,
        `the weight ${path} is not finite after step ${step}; the last good checkpoint is ${join(this.#context.folder, stageFiles.last)}. Try a lower rate or max_grad_norm`,
      );
    }
  }

  async #resume(): Promise<number> {
    const { identity, folder } = this.#context;
    const path = join(folder, stageFiles.last);
    const progress = readProgress(path);
    if (progress?.identity !== identity) {
      await this.#trainer.enter(0);
      return 0;
    }
    for (const name of Object.keys(progress.best)) checkSeal(join(folder, keptFile(name)));
    await this.#trainer.enter(progress.step, () => readCheckpoint(path));
    this.#best = { ...progress.best };
    this.#better.push(...(progress.better ?? []));
    this.#sums = { ...progress.sums };
    this.#trainer.balance?.recall(progress.balance);
    return progress.step;
  }

  async #step(step: number, feeds: Tensors): Promise<void> {
    const { seed, scalars, label, views } = this.#plan;
    const calendar = this.#calendar;
    const given = new Map<string, Tensor>(feeds);
    given.set("seed", stepSeed(seed, step));
    [...(views?.keys() ?? [])].forEach((view, i) => {
      given.set(`${view}/seed`, stepSeed(i === 0 ? seed : hash(seed, i), step));
    });
    for (const [name, schedule] of scalars) {
      given.set(name, { dtype: "float32", shape: [], data: Float32Array.of(scheduleValue(schedule, step, calendar)) });
    }
    const losses = await this.#trainer.step(given, step);
    for (const [name, value] of losses) {
      if (!Number.isFinite(value)) {
        const term = [...losses].find(([each, loss]) => each !== "loss" && !Number.isFinite(loss))?.[0] ?? name;
        throw new StageError(
          label,
          `the loss of \`${term.replace("loss/", "")}\` is ${value} in step ${step + 1}; the last good checkpoint is ${join(this.#context.folder, stageFiles.last)}. Try a lower rate or max_grad_norm`,
        );
      }
      this.#count(name, value);
    }
    const told = this.#trainer.balance?.told;
    for (const [term, value] of told?.factors ?? []) this.#count(`factor/${term}`, value);
    for (const [pair, value] of told?.cosines ?? []) this.#count(`cosine/${pair}`, value);
    this.#count(stepsCounted, 1);
    this.#context.onStep(step + 1, calendar.totalSteps, losses.get("loss") ?? 0);
  }

  #count(name: string, value: number): void {
    this.#sums[name] = (this.#sums[name] ?? 0) + value;
  }

  /** Means over the steps since the last record, of what begins with a word, without it. */
  #means(word: string): Record<string, number> {
    const { [stepsCounted]: steps = 1, ...sums } = this.#sums;
    return Object.fromEntries(
      Object.entries(sums).flatMap(([name, sum]) =>
        name.startsWith(word) ? [[name.slice(word.length), sum / steps]] : [],
      ),
    );
  }

  /** Scores on the validation part, keeps the weights if they are the best so far, writes the numbers. */
  async #judge(step: number): Promise<void> {
    const { keep, evaluate, groups } = this.#plan;
    const perEpoch = this.#calendar.stepsPerEpoch;
    const weights = await this.#trainer.live(evaluate.weights);
    const judgement = await this.#validation?.judge(weights, step - 1, this.#calendar);
    const { scores, terms: judged } = judgement ?? nothingJudged;
    const [whole, terms, factors, cosines] = ["loss", "loss/", "factor/", "cosine/"].map((word) => this.#means(word));
    const losses = { loss: whole?.[""] ?? Number.NaN, ...terms };
    this.#sums = {};
    const kept = new Map([...this.#trainer.constants, ...weights]);
    for (const [name, one] of keptBy(this.#plan)) this.#keep(name, one, keptValue(one, scores, judged), step, kept);
    if (this.#bettered() === step) this.#better.push(step);
    const [group] = groups;
    this.#log.add({
      kind: "epoch",
      epoch: Math.ceil(step / perEpoch),
      step,
      losses,
      scores: Object.fromEntries([...scores].map(([name, { score }]) => [name, score ?? null])),
      kept: keep.kind === "each" ? null : keptValue(keep, scores, judged),
      rate: group === undefined ? 0 : scheduleValue(group.rate, step - 1, this.#calendar),
      ...(this.#trainer.balance === undefined ? {} : { factors: factors ?? {}, cosines: cosines ?? {} }),
    });
    this.#context.onEpoch(Math.ceil(step / perEpoch), scores, losses.loss);
  }

  /** The last step that was better than those before it by what has a value: the last weights are no judgement. */
  #bettered(): number {
    return Math.max(0, ...Object.values(this.#best).map(({ value, step }) => (value === null ? 0 : step)));
  }

  /** Keeps weights that are better than those of the checkpoint so far. */
  #keep(name: string, { kind }: KeepOne, value: number | null, step: number, weights: Tensors): void {
    const before = this.#best[name]?.value ?? null;
    const better = (found: number, than: number) => (kind === "least" ? found < than : found > than);
    if (before !== null && (value === null || !better(value, before))) return;
    this.#best[name] = { value, step };
    writeSealed(join(this.#context.folder, keptFile(name)), named(weights, this.#plan), {
      identity: this.#context.identity,
      step: String(step),
    });
  }

  async #save(step: number, finished: boolean): Promise<void> {
    const progress: Progress = {
      identity: this.#context.identity,
      step,
      stepsPerEpoch: this.#calendar.stepsPerEpoch,
      best: this.#best,
      sums: this.#sums,
      balance: this.#trainer.balance?.memory() ?? {},
      finished,
      ...(plateaus(this.#plan) ? { better: this.#better } : {}),
    };
    writeCheckpoint(join(this.#context.folder, stageFiles.last), await this.#trainer.read(), progress);
  }
}

function plateaus({ groups, scalars }: StagePlan): boolean {
  return [...groups.map(({ rate }) => rate), ...scalars.values()].some(followsScores);
}

/** A quotient of scores may have no value; what has one is better than what has none. */
function keptValue(keep: KeepOne, scores: Judgement["scores"], terms: Judgement["terms"]): number | null {
  const value =
    keep.kind === "least" ? terms.get(keep.term) : keep.kind === "best" ? metricValue(keep.metric, scores) : undefined;
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** Weights and statistics of the plan, without facts. */
function named(tensors: Tensors, plan: StagePlan): Tensors {
  return new Map([...plan.parameters, ...plan.states].map(({ path }) => [path, tensorOf(tensors, path)]));
}
