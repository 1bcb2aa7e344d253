import type * as ort from "onnxruntime-node";
import { type OptimiserRule, optimisers } from "../../../compiler/library/optimisers/index.ts";
import {
  type GroupNumbers,
  ownStep,
  type Tensor,
  type Tensors,
  type Trainer,
  type TrainerState,
  type TrainingProgram,
} from "../engine.ts";
import { toOrt } from "./session.ts";
import { fromDevice } from "./webgpu-buffers.ts";
import { openStep, type WebgpuStep } from "./webgpu-step.ts";

/**
 * Weights, the optimiser's memory, the average and statistics come out of a step in new buffers, which are fed to the next one. Only losses
 * come back to the host; a step whose loss is not finite is undone by keeping the old buffers.
 */
export class WebgpuTrainer implements Trainer {
  readonly #program: TrainingProgram;
  readonly #rule: OptimiserRule;
  readonly #step: WebgpuStep;
  /** What is carried from step to step, by its input's name; on the host until a step has been done with it. */
  readonly #held = new Map<string, ort.Tensor>();

  private constructor(program: TrainingProgram, step: WebgpuStep) {
    this.#program = program;
    this.#rule = optimisers[program.optimiser.name];
    this.#step = step;
    for (const { path, shape, start } of program.parameters) {
      this.#hold(path, { dtype: "float32", shape, data: start });
      const zeros: Tensor = { dtype: "float32", shape, data: new Float32Array(start.length) };
      for (const slot of this.#rule.slots) this.#hold(`slot/${slot}/${path}`, zeros);
      if (program.ema !== undefined) this.#hold(`ema/${path}`, { dtype: "float32", shape, data: start });
    }
    for (const [path, tensor] of program.states) this.#hold(path, tensor);
  }

  static async open(program: TrainingProgram): Promise<Trainer> {
    return new WebgpuTrainer(program, await openStep(program));
  }

  async step(
    passes: readonly Tensors[],
    step: number,
    groups: readonly GroupNumbers[],
  ): Promise<ReadonlyMap<string, number>> {
    const { passes: expected = 1 } = this.#program;
    if (passes.length !== expected) throw new Error(`a step in ${passes.length} passes of a program of ${expected}`);
    const { losses, carried } = await this.#step.run(this.#held, passes, this.#scalars(step, groups));
    for (const [name, tensor] of carried) this.#replace(name, tensor);
    return losses;
  }

  /** The scalar inputs of the optimiser, by name. */
  #scalars(step: number, groups: readonly GroupNumbers[]): Tensors {
    const { settings } = this.#program.optimiser;
    return new Map(
      groups.flatMap((group, i) => {
        const numbers = this.#rule.numbers({ ...group, step: ownStep(step, group), gradientScale: 1 }, settings);
        return this.#rule.scalars.map(({ name }, k): [string, Tensor] => [
          `group${i}/${name}`,
          { dtype: "float32", shape: [], data: Float32Array.of(numbers[k] ?? 0) },
        ]);
      }),
    );
  }

  async live(which: "last" | "ema"): Promise<Tensors> {
    const average = which === "ema" && this.#program.ema !== undefined;
    return new Map([...(await this.#weights(average ? "ema/" : "", "")), ...(await this.#states())]);
  }

  async read(): Promise<TrainerState> {
    const slots = new Map<string, Tensor>();
    for (const slot of this.#rule.slots) {
      for (const [name, tensor] of await this.#weights(`slot/${slot}/`, `${slot}/`)) slots.set(name, tensor);
    }
    return {
      weights: await this.#weights("", ""),
      slots,
      states: await this.#states(),
      ema: this.#program.ema === undefined ? undefined : await this.#weights("ema/", ""),
    };
  }

  async write({ weights, slots, states, ema }: TrainerState): Promise<void> {
    for (const { path, shape } of this.#program.parameters) {
      const put = (input: string, tensors: Tensors, name: string) => {
        const tensor = tensors.get(name);
        if (!(tensor?.data instanceof Float32Array) || String(tensor.shape) !== String(shape)) {
          throw new Error(`the checkpoint does not have ${name} as this training needs it`);
        }
        this.#hold(input, tensor);
      };
      put(path, weights, path);
      for (const slot of this.#rule.slots) put(`slot/${slot}/${path}`, slots, `${slot}/${path}`);
      if (ema !== undefined && this.#program.ema !== undefined) put(`ema/${path}`, ema, path);
    }
    for (const [path, tensor] of states) this.#hold(path, tensor);
  }

  async release(): Promise<void> {
    for (const tensor of this.#held.values()) tensor.dispose();
    this.#held.clear();
    await this.#step.release();
  }

  /** For every trained parameter, what is held as `<held><path>`, under the name `<given><path>`. */
  async #weights(held: string, given: string): Promise<Tensors> {
    const found = new Map<string, Tensor>();
    for (const { path } of this.#program.parameters) found.set(`${given}${path}`, await this.#copy(`${held}${path}`));
    return found;
  }

  async #states(): Promise<Tensors> {
    const found = new Map<string, Tensor>();
    for (const path of this.#program.states.keys()) found.set(path, await this.#copy(path));
    return found;
  }

  async #copy(name: string): Promise<Tensor> {
    const tensor = this.#held.get(name);
    if (tensor === undefined) throw new Error(`nothing is held of ${name}`);
    return fromDevice(tensor);
  }

  /** Holds a copy of numbers of the host. */
  #hold(name: string, tensor: Tensor): void {
    this.#replace(name, toOrt({ ...tensor, data: tensor.data.slice() }));
  }

  #replace(name: string, tensor: ort.Tensor): void {
    this.#held.get(name)?.dispose();
    this.#held.set(name, tensor);
  }
}
