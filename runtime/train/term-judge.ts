import { inputsOf } from "../../compiler/ir/graph.ts";
import type { StagePlan, TermJudgement } from "../../compiler/lower/plan.ts";
import type { Engine, Evaluator, Tensor, Tensors } from "../engines/engine.ts";
import { type Calendar, scheduleValue } from "./schedule-value.ts";
import { StageError } from "./stage-error.ts";

/** More than that of one tensor would have to be held for all rows at once. */
const mostNumbers = 2 ** 29;

/** Terms of a stage's loss over a whole part, of what its graph saw batch by batch. */
export class TermJudge {
  readonly #plan: StagePlan;
  readonly #evaluator: Evaluator;
  /** Inputs that have the batch as their first axis. */
  readonly #wanted: readonly string[];
  readonly #parts = new Map<string, Tensor[]>();

  private constructor(plan: StagePlan, evaluator: Evaluator, wanted: readonly string[]) {
    this.#plan = plan;
    this.#evaluator = evaluator;
    this.#wanted = wanted;
  }

  static async open(plan: StagePlan, engine: Engine, constants: Tensors, { terms }: TermJudgement): Promise<TermJudge> {
    const fed = new Set(["field", "feature", "label", "mask", "present"]);
    const wanted = inputsOf(terms).flatMap(({ source }) => (fed.has(source.role) ? [source.name] : []));
    return new TermJudge(plan, await engine.evaluator(terms, constants), wanted);
  }

  /** Takes a batch's results and what it was made of. */
  take(results: Tensors, feeds: Tensors): void {
    for (const name of this.#wanted) {
      const tensor = results.get(name) ?? feeds.get(name);
      if (tensor === undefined) throw new Error(`a term of the loss reads ${name}, which nobody gives`);
      const parts = this.#parts.get(name) ?? [];
      parts.push(tensor);
      this.#parts.set(name, parts);
    }
  }

  /** The terms of all batches taken since the last time, with schedules as they are at a step, by name. */
  async values(weights: Tensors, step: number, calendar: Calendar): Promise<ReadonlyMap<string, number>> {
    const whole = [...this.#parts].map(([name, parts]): [string, Tensor] => [name, this.#joined(parts)]);
    const scalars = [...this.#plan.scalars].map(([name, schedule]): [string, Tensor] => [
      name,
      { dtype: "float32", shape: [], data: Float32Array.of(scheduleValue(schedule, step, calendar)) },
    ]);
    this.#parts.clear();
    await this.#evaluator.keep(weights);
    const results = await this.#evaluator.run(new Map([...whole, ...scalars]));
    return new Map([...results].map(([name, { data }]) => [name.replace("loss/", ""), Number(data[0])]));
  }

  release(): Promise<void> {
    return this.#evaluator.release();
  }

  #joined(parts: readonly Tensor[]): Tensor {
    const [first] = parts;
    const longest = Math.max(...parts.map(({ shape }) => shape[1] ?? 1));
    const count = parts.reduce((sum, { data, shape }) => sum + (data.length / (shape[1] || 1)) * longest, 0);
    if (count > mostNumbers)
      throw new StageError(
        this.#plan.label,
        `\`least\` would hold ${count} numbers of the model at once; keep by a term that reads less, or by a score`,
      );
    const data = first?.data instanceof Float32Array ? new Float32Array(count) : new Uint8Array(count);
    return joinedInto(data, parts, longest);
  }
}

/** Along the first axis; zeros, which no mask counts, behind clips that are shorter than the longest. */
function joinedInto(data: Float32Array | Uint8Array, parts: readonly Tensor[], longest: number): Tensor {
  const [first] = parts;
  if (first === undefined) throw new Error("nothing was taken");
  let at = 0;
  for (const { dtype, shape, data: own } of parts) {
    if (dtype !== first.dtype || !(own instanceof Float32Array || own instanceof Uint8Array))
      throw new Error(`a batch of ${dtype} among others of ${first.dtype}`);
    const [rows = 1, length = 1] = shape;
    const size = rows === 0 ? 0 : own.length / rows;
    for (let row = 0; row < rows; row += 1) {
      data.set(own.subarray(row * size, (row + 1) * size), at);
      at += (size / (length || 1)) * longest;
    }
  }
  const rows = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 1), 0);
  const [, ...rest] = first.shape;
  return { dtype: first.dtype, shape: [rows, ...(rest.length === 0 ? [] : [longest, ...rest.slice(1)])], data };
}
