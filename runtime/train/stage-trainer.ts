import type { Graph } from "../../compiler/ir/graph.ts";
import { optimisers } from "../../compiler/library/optimisers/index.ts";
import type { Duration, StagePlan } from "../../compiler/lower/plan.ts";
import { StageBalance } from "../balance/stage-balance.ts";
import type { Engine, Evaluator, Tensor, Tensors, TrainedParameter, Trainer, TrainerState } from "../engines/engine.ts";
import { initialWeights, type KeptOf } from "./initial-weights.ts";
import { Passes } from "./passes.ts";
import { refuseEngine } from "./refuse-engine.ts";
import { type Calendar, scheduleValue, stepsOf } from "./schedule-value.ts";
import { StageError } from "./stage-error.ts";

export interface TrainerNeeds {
  readonly engine: Engine;
  readonly keptOf: KeptOf;
  readonly facts: Tensors;
  readonly calendar: Calendar;
  /** Of a step's batch: `time` is how many frames its clips have. */
  readonly size: { readonly batch: number; readonly time: number | undefined };
  /** The gradient graph with nothing held. */
  readonly graph: Graph;
}

/**
 * A stage's trainer. Where weights are frozen for a time, the training has phases, each with a graph of its own: the engine's trainer is
 * then opened anew with all that it remembered, and the optimiser begins with the weights that come to it (language rule 57).
 */
export class StageTrainer {
  /** Facts, and weights and statistics that are never trained. */
  readonly constants: Tensors;
  readonly #plan: StagePlan;
  readonly #needs: TrainerNeeds;
  /** Each group's first step, from 0. */
  readonly #starts: readonly number[];
  #trainer: Trainer | undefined;
  /** Weights and statistics that wait for their time. */
  #held: Tensors = new Map();
  #phase = -1;
  readonly #balance: StageBalance | undefined;
  /** Runs the balance graph of the phase. */
  #sight: Evaluator | undefined;
  /** Divides batches, where they are computed in several passes. */
  #passes: Passes | undefined;

  constructor(plan: StagePlan, needs: TrainerNeeds) {
    this.#plan = plan;
    this.#needs = needs;
    refuseEngine(plan, needs.engine);
    this.#balance = plan.balance === undefined ? undefined : new StageBalance(plan.balance, plan.seed);
    this.#starts = plan.groups.map(({ since }) => this.#stepOf(since));
    const never = [
      ...plan.parameters.filter(({ group }) => group === undefined),
      ...plan.states.filter(({ frozen }) => frozen),
    ];
    this.constants = new Map([...needs.facts, ...initialWeights(never, plan.seed, needs.keptOf)]);
  }

  /** Makes ready for a step, counted from 0, and takes over what an earlier phase or an earlier run remembered. */
  async enter(step: number, remembered?: () => TrainerState): Promise<void> {
    const phase = Math.max(0, ...this.#starts.filter((start) => start <= step));
    if (this.#trainer !== undefined && phase === this.#phase) return;
    const before = await this.#trainer?.read();
    await this.release();
    this.#phase = phase;
    const parameters = await this.#open();
    const state = before ?? remembered?.();
    if (state !== undefined) await this.#own.write(completed(state, parameters, this.#plan));
  }

  /** One step, counted from 0: losses by output name. `feeds` are of the whole batch. */
  async step(feeds: Tensors, step: number): Promise<ReadonlyMap<string, number>> {
    const balance = this.#balance;
    const passes = this.#passes === undefined ? [feeds] : await this.#passes.of(feeds);
    if (balance === undefined) return this.#update(passes, step);
    const factors = await balance.feeds(feeds, step + 1, balance.looks ? await this.#looking() : undefined);
    const weighed = passes.map((pass) => new Map([...pass, ...factors]));
    const losses = await this.#update(weighed, step);
    if (![...losses.values()].every(Number.isFinite)) return losses;
    const { calendar } = this.#needs;
    const [group] = this.#plan.groups;
    const rate = group === undefined ? 0 : scheduleValue(group.rate, step, calendar);
    await balance.learn(feeds, losses, rate, (step + 1) % calendar.stepsPerEpoch === 0, () => this.#looking());
    return losses;
  }

  /** What the balancers remember and tell; nothing without any. */
  get balance(): StageBalance | undefined {
    return this.#balance;
  }

  /** The evaluator of the balance graph, with the weights as they are now. */
  async #looking(): Promise<Evaluator | undefined> {
    await this.#sight?.keep(await this.#own.live("last"));
    return this.#sight;
  }

  #update(passes: readonly Tensors[], step: number): Promise<ReadonlyMap<string, number>> {
    const numbers = this.#plan.groups.map(({ rate, weightDecay }, i) => ({
      rate: scheduleValue(rate, step, this.#needs.calendar),
      weightDecay,
      late: this.#starts[i] ?? 0,
    }));
    return this.#own.step(passes, step + 1, numbers);
  }

  /** What is or will be trained, as it is now (see `Trainer.live`). */
  async live(which: "last" | "ema"): Promise<Tensors> {
    return new Map([...this.#held, ...(await this.#own.live(which))]);
  }

  read(): Promise<TrainerState> {
    return this.#own.read();
  }

  async release(): Promise<void> {
    await this.#trainer?.release();
    this.#trainer = undefined;
    await this.#sight?.release();
    this.#sight = undefined;
    await this.#passes?.release();
    this.#passes = undefined;
  }

  get #own(): Trainer {
    if (this.#trainer === undefined) throw new Error("the trainer is not opened yet");
    return this.#trainer;
  }

  async #open(): Promise<readonly TrainedParameter[]> {
    const plan = this.#plan;
    const { engine, size, graph, keptOf } = this.#needs;
    const held = (since: Duration) => this.#stepOf(since) > this.#phase;
    const waits = (since: Duration | undefined) => since !== undefined && held(since);
    const some = plan.groups.some(({ since }) => waits(since));
    const trained = plan.parameters.filter(({ group }) => group !== undefined);
    const states = plan.states.filter(({ frozen }) => !frozen);
    // The first weights live in here alone: the trainer has its own, and a large model should not be held twice.
    const first = initialWeights([...trained, ...states], plan.seed, keptOf);
    const waiting = [
      ...trained.filter(({ group }) => group !== undefined && waits(plan.groups[group]?.since)),
      ...states.filter(({ since }) => waits(since)),
    ];
    this.#held = new Map(waiting.map(({ path }) => [path, tensorOf(first, path)]));
    const constants = new Map([...this.constants, ...this.#held]);
    const frozen = new Set([...constants.keys()].filter((name) => !this.#needs.facts.has(name)));
    const parameters = trained.flatMap(({ path, shape, group }): TrainedParameter[] => {
      const data = first.get(path)?.data;
      if (group === undefined || this.#held.has(path) || !(data instanceof Float32Array)) return [];
      return [{ path, shape, group, start: data }];
    });
    this.#trainer = await engine.trainer({
      graph: some ? plan.graphs.training(size, held) : graph,
      parameters,
      states: new Map(
        states.filter(({ path }) => !this.#held.has(path)).map(({ path }) => [path, tensorOf(first, path)]),
      ),
      constants,
      source: {
        label: plan.label,
        frozen,
        forward: plan.graphs.forward(),
        penalties: plan.groups.map(({ l2 = 0 }) => l2),
      },
      groups: plan.groups.length,
      optimiser: plan.optimiser,
      maxGradientNorm: plan.maxGradientNorm,
      ema: plan.ema,
      ...(plan.accumulate === undefined ? {} : { passes: plan.accumulate }),
      ...(plan.sharpness === undefined ? {} : { sharpness: plan.sharpness }),
      ...(plan.precision === undefined ? {} : { precision: plan.precision }),
    });
    if (plan.accumulate !== undefined)
      this.#passes = await Passes.open(engine, plan.graphs.sums(), this.#needs.facts, plan.accumulate);
    if (this.#balance?.looks === true) this.#sight = await engine.evaluator(plan.graphs.balance(size, held), constants);
    return parameters;
  }

  #stepOf(since: Duration | undefined): number {
    if (since === undefined) return 0;
    const { calendar } = this.#needs;
    const step = stepsOf(since, calendar);
    if (step < calendar.totalSteps) return step;
    throw new StageError(
      this.#plan.label,
      `what is frozen until ${since.value} ${since.unit}, which is step ${step}, would never be trained: the stage has ${calendar.totalSteps} steps`,
    );
  }
}

/** What an earlier phase remembered, with first weights and an empty memory for those that it did not train. */
function completed(state: TrainerState, parameters: readonly TrainedParameter[], plan: StagePlan): TrainerState {
  const added = parameters.filter(({ path }) => !state.weights.has(path));
  if (added.length === 0) return state;
  const first = added.map(({ path, shape, start }): [string, Tensor] => [
    path,
    { dtype: "float32", shape, data: start },
  ]);
  const empty = optimisers[plan.optimiser.name].slots.flatMap((slot) =>
    added.map(({ path, shape, start }): [string, Tensor] => [
      `${slot}/${path}`,
      { dtype: "float32", shape, data: new Float32Array(start.length) },
    ]),
  );
  return {
    weights: new Map([...state.weights, ...first]),
    slots: new Map([...state.slots, ...empty]),
    states: state.states,
    ema: state.ema === undefined ? undefined : new Map([...state.ema, ...first]),
  };
}

export function tensorOf(tensors: Tensors, path: string): Tensor {
  const tensor = tensors.get(path);
  if (tensor === undefined) throw new Error(`no first value for ${path}`);
  return tensor;
}
