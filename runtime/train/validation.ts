import type { StagePlan } from "../../compiler/lower/plan.ts";
import { judgedLabels } from "../data/open-data.ts";
import type { Engine, Evaluator, Tensors } from "../engines/engine.ts";
import { scoreTask, type TaskScore } from "../evaluate/score-task.ts";
import { PartPasses } from "./run-graph.ts";
import type { StageInputs } from "./stage-data.ts";

/** Judges a stage's weights on the validation part, again and again. */
export class Validation {
  readonly #plan: StagePlan;
  readonly #inputs: StageInputs;
  readonly #evaluator: Evaluator;
  readonly #passes: PartPasses;

  private constructor(plan: StagePlan, inputs: StageInputs, evaluator: Evaluator, passes: PartPasses) {
    this.#plan = plan;
    this.#inputs = inputs;
    this.#evaluator = evaluator;
    this.#passes = passes;
  }

  /** Undefined where there is nothing to judge: no validation part, or no head. `constants` are the weights that stay. */
  static async open(
    plan: StagePlan,
    engine: Engine,
    constants: Tensors,
    inputs: StageInputs,
  ): Promise<Validation | undefined> {
    if (!inputs.data.parts.has("val") || plan.tasks.length === 0) return undefined;
    const graph = plan.graphs.evaluation();
    const evaluator = await engine.evaluator(graph, constants);
    return new Validation(plan, inputs, evaluator, new PartPasses(plan, graph, inputs, "val", plan.evaluate.tta));
  }

  async scores(weights: Tensors): Promise<ReadonlyMap<string, TaskScore>> {
    const results = await this.#passes.run(this.#evaluator, weights);
    const scores = new Map<string, TaskScore>();
    for (const { name, meaning } of this.#plan.tasks) {
      const labels = judgedLabels(this.#inputs.data, "val", name);
      const predictions = results.get(name);
      if (labels !== undefined && predictions !== undefined) {
        scores.set(name, scoreTask(meaning, predictions.values, labels));
      }
    }
    return scores;
  }

  async close(): Promise<void> {
    await this.#passes.close();
    await this.#evaluator.release();
  }
}
