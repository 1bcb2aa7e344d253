import type { StagePlan } from "../../compiler/lower/plan.ts";
import { judgedLabels } from "../data/open-data.ts";
import type { Engine, Evaluator, Tensors } from "../engines/engine.ts";
import { scoreTask, type TaskScore } from "../evaluate/score-task.ts";
import { PartPasses } from "./run-graph.ts";
import type { Calendar } from "./schedule-value.ts";
import type { StageInputs } from "./stage-data.ts";
import { keptBy } from "./stage-files.ts";
import { TermJudge } from "./term-judge.ts";

/** What weights are judged by: the scores of tasks, and the values of the terms that `keep` names. */
export interface Judgement {
  readonly scores: ReadonlyMap<string, TaskScore>;
  readonly terms: ReadonlyMap<string, number>;
}

/** Judges a stage's weights on the validation part, again and again. */
export class Validation {
  readonly #plan: StagePlan;
  readonly #inputs: StageInputs;
  readonly #evaluator: Evaluator;
  readonly #passes: PartPasses;
  readonly #terms: TermJudge | undefined;

  private constructor(
    plan: StagePlan,
    inputs: StageInputs,
    evaluator: Evaluator,
    passes: PartPasses,
    terms: TermJudge | undefined,
  ) {
    this.#plan = plan;
    this.#inputs = inputs;
    this.#evaluator = evaluator;
    this.#passes = passes;
    this.#terms = terms;
  }

  /** Undefined where there is nothing to judge: no validation part, or no head. `constants` are the weights that stay. */
  static async open(
    plan: StagePlan,
    engine: Engine,
    constants: Tensors,
    inputs: StageInputs,
  ): Promise<Validation | undefined> {
    const kept = [...keptBy(plan).values()].some(({ kind }) => kind === "least");
    if (!inputs.data.parts.has("val") || (plan.tasks.length === 0 && !kept)) return undefined;
    const judgement = kept ? plan.graphs.judgement() : undefined;
    const graph = judgement?.seen ?? plan.graphs.evaluation();
    const evaluator = await engine.evaluator(graph, constants);
    const terms = judgement && (await TermJudge.open(plan, engine, constants, judgement));
    const passes = new PartPasses(plan, graph, inputs, {
      part: "val",
      versions: plan.evaluate.tta,
      tasks: kept ? plan.tasks : [],
    });
    return new Validation(plan, inputs, evaluator, passes, terms);
  }

  /** Of weights as they are after so many steps. */
  async judge(weights: Tensors, step: number, calendar: Calendar): Promise<Judgement> {
    const judge = this.#terms;
    const take = judge && ((results: Tensors, feeds: Tensors) => judge.take(results, feeds));
    const results = await this.#passes.run(this.#evaluator, weights, take);
    const scores = new Map<string, TaskScore>();
    for (const { name, meaning } of this.#plan.tasks) {
      const labels = judgedLabels(this.#inputs.data, "val", name);
      const predictions = results.get(name);
      if (labels !== undefined && predictions !== undefined) {
        scores.set(name, scoreTask(meaning, predictions.values, labels));
      }
    }
    return { scores, terms: (await judge?.values(weights, step, calendar)) ?? new Map() };
  }

  async close(): Promise<void> {
    await this.#passes.close();
    await this.#evaluator.release();
    await this.#terms?.release();
  }
}
