import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { DType } from "../../../compiler/ir/graph.ts";
import {
  allFinite,
  type GroupNumbers,
  type Tensor,
  type Tensors,
  type Trainer,
  type TrainerState,
  type TrainingProgram,
} from "../engine.ts";
import type { Device } from "./device.ts";
import { Resident } from "./resident.ts";
import { Runner } from "./runner.ts";
import { Update } from "./update.ts";

/** Weights, moments, averages and statistics stay on the device; a step brings back its losses. */
export class TfjsTrainer implements Trainer {
  readonly #device: Device;
  readonly #program: TrainingProgram;
  readonly #runner: Runner;
  readonly #update: Update;
  readonly #dtypes: ReadonlyMap<string, DType>;
  /** By `parameter`, `slot/<name>` and `ema`, then by path. */
  readonly #vectors = new Map<string, Map<string, DeviceTensor>>();
  readonly #states = new Map<string, DeviceTensor>();

  constructor(device: Device, program: TrainingProgram) {
    const { parameters, states, graph, constants, ema } = program;
    this.#device = device;
    this.#program = program;
    this.#runner = new Runner(device, graph, constants);
    this.#update = new Update(device, program);
    this.#dtypes = new Map([...states].map(([name, { dtype }]) => [name, dtype]));
    const put = (vector: string, dataOf: (start: Float32Array) => Float32Array) =>
      this.#vectors.set(
        vector,
        new Map(
          parameters.map(({ path, shape, start }) => [
            path,
            device.upload({ dtype: "float32", shape, data: dataOf(start) }),
          ]),
        ),
      );
    put("parameter", (start) => start.slice());
    for (const slot of this.#update.rule.slots) put(`slot/${slot}`, (start) => new Float32Array(start.length));
    if (ema !== undefined) put("ema", (start) => start.slice());
    for (const [name, tensor] of states) this.#states.set(name, device.upload(copyOf(tensor)));
  }

  async step(
    passes: readonly Tensors[],
    step: number,
    groups: readonly GroupNumbers[],
  ): Promise<ReadonlyMap<string, number>> {
    const { sharpness } = this.#program;
    const found = await this.#gradients(passes, this.#vector("parameter"));
    let used = found;
    try {
      if (sharpness !== undefined && allFinite(found.losses)) used = await this.#sharper(passes, sharpness, found);
      if (!allFinite(used.losses)) return used.losses;
      for (const [name, tensor] of found.states) replace(this.#states, name, tensor);
      found.states.clear();
      this.#follow(used.gradients, step, groups);
      return found.losses;
    } finally {
      for (const each of new Set([found, used])) disposeAll(each.gradients, each.states);
    }
  }

  /** Mean losses and gradients over the passes at some weights, and the statistics after them: the caller's to free. */
  async #gradients(passes: readonly Tensors[], weights: ReadonlyMap<string, DeviceTensor>): Promise<Found> {
    const { tf } = this.#device;
    const losses = new Map<string, number>();
    const gradients = new Map<string, DeviceTensor>();
    const states = new Map<string, DeviceTensor>();
    for (const feeds of passes) {
      const results = this.#runner.run(feeds, new Map([...weights, ...this.#states, ...states]));
      for (const [name, loss] of await this.#losses(results))
        losses.set(name, (losses.get(name) ?? 0) + loss / passes.length);
      for (const [name, tensor] of results) {
        if (name.startsWith("state/")) replace(states, name.slice("state/".length), tensor);
        else if (name.startsWith("gradient/")) {
          const path = name.slice("gradient/".length);
          const sum = gradients.get(path);
          replace(gradients, path, sum === undefined ? tensor : tf.add(sum, tensor));
          if (sum !== undefined) tensor.dispose();
        } else tensor.dispose();
      }
      if (!allFinite(losses)) break;
    }
    if (passes.length > 1) for (const [path, sum] of gradients) replace(gradients, path, tf.div(sum, passes.length));
    return { losses, gradients, states };
  }

  /** What is found at w + rho g / ‖g‖ (arXiv 2010.01412, equation 2). */
  async #sharper(passes: readonly Tensors[], rho: number, { gradients }: Found): Promise<Found> {
    const { tf } = this.#device;
    const scale = this.#update.inverseNorm([...gradients.values()]);
    const away = new Map(
      [...this.#vector("parameter")].map(([path, weight]) => {
        const gradient = gradients.get(path);
        const moved = tf.tidy(() =>
          gradient === undefined ? tf.clone(weight) : tf.add(weight, tf.mul(gradient, tf.mul(scale, rho))),
        );
        return [path, moved];
      }),
    );
    scale.dispose();
    try {
      return await this.#gradients(passes, away);
    } finally {
      disposeAll(away);
    }
  }

  /** All losses in one reading. */
  async #losses(results: ReadonlyMap<string, DeviceTensor>): Promise<ReadonlyMap<string, number>> {
    const { tf } = this.#device;
    const found = [...results].filter(([name]) => name === "loss" || name.startsWith("loss/"));
    const together = tf.stack(found.map(([, tensor]) => tensor));
    try {
      const values = await together.data();
      return new Map(found.map(([name], i) => [name, values[i] ?? Number.NaN]));
    } finally {
      together.dispose();
    }
  }

  #follow(gradients: ReadonlyMap<string, DeviceTensor>, step: number, groups: readonly GroupNumbers[]): void {
    const { parameters, maxGradientNorm } = this.#program;
    const found = parameters.flatMap(({ path }) => gradients.get(path) ?? []);
    const scale = maxGradientNorm === undefined ? undefined : this.#update.gradientScale(found, maxGradientNorm);
    const scalars = this.#update.scalars(step, groups, scale);
    for (const { path, shape, group } of parameters) {
      const numbers = scalars[group];
      if (numbers === undefined) continue;
      // Weights that no loss reaches decay like the others.
      const gradient = gradients.get(path) ?? this.#device.tf.zeros([...shape]);
      const given = new Map([...numbers, ["gradient", gradient]]);
      for (const [vector, tensors] of this.#vectors) given.set(vector, tensorOf(tensors, path));
      for (const [vector, tensor] of this.#update.run(given)) replace(this.#vector(vector), path, tensor);
      if (!gradients.has(path)) gradient.dispose();
    }
    scale?.dispose();
    for (const numbers of scalars) for (const tensor of numbers.values()) tensor.dispose();
  }

  async live(which: "last" | "ema"): Promise<Tensors> {
    const vector = which === "ema" && this.#program.ema !== undefined ? "ema" : "parameter";
    const weights = [...this.#vector(vector)].map(([path, tensor]): [string, Tensor] => [
      path,
      new Resident(this.#device, tensor, "float32"),
    ]);
    const states = [...this.#states].map(([name, tensor]): [string, Tensor] => [
      name,
      new Resident(this.#device, tensor, this.#dtypes.get(name) ?? "float32"),
    ]);
    return new Map([...weights, ...states]);
  }

  async read(): Promise<TrainerState> {
    const all = (vector: string, prefix: string): Tensors =>
      new Map(
        [...this.#vector(vector)].map(([path, tensor]) => [
          `${prefix}${path}`,
          this.#device.download(tensor, "float32"),
        ]),
      );
    return {
      weights: all("parameter", ""),
      slots: new Map(this.#update.rule.slots.flatMap((slot) => [...all(`slot/${slot}`, `${slot}/`)])),
      states: new Map(
        [...this.#states].map(([name, tensor]) => [
          name,
          this.#device.download(tensor, this.#dtypes.get(name) ?? "float32"),
        ]),
      ),
      ema: this.#program.ema === undefined ? undefined : all("ema", ""),
    };
  }

  async write(state: TrainerState): Promise<void> {
    const put = (vector: string, tensors: Tensors, prefix: string) => {
      for (const { path, shape, start } of this.#program.parameters) {
        const tensor = tensors.get(`${prefix}${path}`);
        if (!(tensor?.data instanceof Float32Array) || tensor.data.length !== start.length) {
          throw new Error(`the checkpoint does not have ${prefix}${path} as this training needs it`);
        }
        replace(
          this.#vector(vector),
          path,
          this.#device.upload({ dtype: "float32", shape, data: tensor.data.slice() }),
        );
      }
    };
    put("parameter", state.weights, "");
    for (const slot of this.#update.rule.slots) put(`slot/${slot}`, state.slots, `${slot}/`);
    if (state.ema !== undefined && this.#program.ema !== undefined) put("ema", state.ema, "");
    for (const [name, tensor] of state.states) replace(this.#states, name, this.#device.upload(copyOf(tensor)));
  }

  async release(): Promise<void> {
    for (const tensors of [...this.#vectors.values(), this.#states]) {
      for (const tensor of tensors.values()) tensor.dispose();
      tensors.clear();
    }
    this.#runner.release();
    this.#update.release();
  }

  #vector(name: string): Map<string, DeviceTensor> {
    const found = this.#vectors.get(name);
    if (found === undefined) throw new Error(`this training has no ${name}`);
    return found;
  }
}

function tensorOf(tensors: ReadonlyMap<string, DeviceTensor>, path: string): DeviceTensor {
  const tensor = tensors.get(path);
  if (tensor === undefined) throw new Error(`the device has no ${path}`);
  return tensor;
}

/** What some passes give. */
interface Found {
  readonly losses: ReadonlyMap<string, number>;
  readonly gradients: Map<string, DeviceTensor>;
  readonly states: Map<string, DeviceTensor>;
}

function disposeAll(...maps: readonly ReadonlyMap<string, DeviceTensor>[]): void {
  for (const tensors of maps) for (const tensor of tensors.values()) tensor.dispose();
}

function replace(tensors: Map<string, DeviceTensor>, name: string, tensor: DeviceTensor): void {
  tensors.get(name)?.dispose();
  tensors.set(name, tensor);
}

function copyOf(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.slice() };
}
