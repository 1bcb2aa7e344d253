import type * as ort from "onnxruntime-node";
import { elementwiseKernel, type Kernel } from "../../../compiler/emit/wasm/elementwise-kernel.ts";
import { type OptimiserRule, optimisers } from "../../../compiler/library/optimisers/index.ts";
import { updateGraph } from "../../../compiler/library/optimisers/update-graph.ts";
import {
  allFinite,
  type GroupNumbers,
  ownStep,
  type Tensor,
  type Tensors,
  type TrainedParameter,
  type Trainer,
  type TrainerState,
  type TrainingProgram,
} from "../engine.ts";
import { Arena } from "./arena.ts";
import { fromOrt, type OpenSession, openSession, toOrt } from "./session.ts";

/**
 * Gradients come out of onnxruntime straight into the arena; one fused kernel then updates every group in place. So it is with CUDA
 * too: onnxruntime-node hands out buffers of WebGPU alone, and weights and gradients cross the bus with less than the optimiser's
 * memory beside them.
 */
export async function hostTrainer(program: TrainingProgram, device: "cpu" | "cuda"): Promise<Trainer> {
  return new HostTrainer(program, await openSession(program.graph, program.constants, device));
}

class HostTrainer implements Trainer {
  /** Without the first weights and the graph, which would be held for nothing. */
  readonly #program: Pick<TrainingProgram, "optimiser" | "ema" | "maxGradientNorm" | "sharpness">;
  readonly #parameters: readonly Pick<TrainedParameter, "path" | "shape">[];
  readonly #session: ort.InferenceSession;
  readonly #inputs: ReadonlySet<string>;
  readonly #rule: OptimiserRule;
  readonly #kernel: Kernel;
  readonly #run: (bytes: number, ...rest: readonly number[]) => void;
  readonly #arena: Arena;
  #states: Map<string, Tensor>;
  /** Parameters as they are fed. */
  readonly #fixed: Readonly<Record<string, ort.Tensor>>;
  readonly #fetches: Record<string, ort.Tensor | null> = {};
  readonly #losses = new Map<string, Float32Array>();
  readonly #withGradient = new Set<string>();

  constructor(program: TrainingProgram, { session, inputs }: OpenSession) {
    const { parameters, optimiser, ema, maxGradientNorm, sharpness } = program;
    this.#program = { optimiser, ema, maxGradientNorm, ...(sharpness === undefined ? {} : { sharpness }) };
    this.#parameters = parameters.map(({ path, shape }) => ({ path, shape }));
    this.#session = session;
    this.#inputs = new Set(inputs);
    this.#rule = optimisers[optimiser.name];
    this.#kernel = elementwiseKernel(updateGraph(this.#rule, optimiser.settings, ema !== undefined));
    this.#arena = new Arena(parameters, program.groups, this.#kernel.vectors);
    this.#run = instantiate(this.#kernel.module, this.#arena.memory);
    this.#states = new Map([...program.states].map(([name, tensor]) => [name, copyOf(tensor)]));
    const fixed: Record<string, ort.Tensor> = {};
    for (const { path, shape, start } of parameters) {
      const weights = this.#arena.view("parameter", path);
      weights.set(start);
      if (ema !== undefined) this.#arena.view("ema", path).set(start);
      if (this.#inputs.has(path)) fixed[path] = toOrt({ dtype: "float32", shape, data: weights });
    }
    this.#fixed = fixed;
    const shapes = new Map(parameters.map(({ path, shape }) => [path, shape]));
    for (const name of session.outputNames) {
      if (name.startsWith("gradient/")) {
        const path = name.slice("gradient/".length);
        this.#withGradient.add(path);
        this.#fetches[name] = toOrt({
          dtype: "float32",
          shape: shapes.get(path) ?? [],
          data: this.#arena.view("gradient", path),
        });
      } else if (name === "loss" || name.startsWith("loss/")) {
        const data = new Float32Array(1);
        this.#losses.set(name, data);
        this.#fetches[name] = toOrt({ dtype: "float32", shape: [], data });
      } else this.#fetches[name] = null;
    }
  }

  async step(
    passes: readonly Tensors[],
    step: number,
    groups: readonly GroupNumbers[],
  ): Promise<ReadonlyMap<string, number>> {
    const { sharpness } = this.#program;
    const before = new Map(this.#states);
    const losses = await this.#gradients(passes);
    const away = allFinite(losses) && sharpness !== undefined ? await this.#sharper(passes, sharpness) : losses;
    if (!allFinite(away)) {
      this.#states = before;
      return away;
    }
    this.#update(step, groups);
    return losses;
  }

  /** Leaves the mean gradients over the passes in the arena; mean losses. */
  async #gradients(passes: readonly Tensors[]): Promise<ReadonlyMap<string, number>> {
    const [first = new Map<string, Tensor>(), ...others] = passes;
    const losses = new Map(await this.#pass(first));
    if (others.length === 0 || !allFinite(losses)) return losses;
    const regions = this.#arena.regions.map((_, group) => this.#arena.whole("gradient", group));
    const sums = regions.map((gradients) => gradients.slice());
    for (const feeds of others) {
      for (const [name, loss] of await this.#pass(feeds)) losses.set(name, (losses.get(name) ?? 0) + loss);
      if (!allFinite(losses)) return losses;
      sums.forEach((sum, group) => {
        addTo(sum, regions[group] ?? sum);
      });
    }
    sums.forEach((sum, group) => {
      const gradients = regions[group];
      for (let i = 0; i < sum.length; i += 1) if (gradients !== undefined) gradients[i] = (sum[i] ?? 0) / passes.length;
    });
    for (const [name, loss] of losses) losses.set(name, loss / passes.length);
    return losses;
  }

  /**
   * Gradients at w + rho g / ‖g‖ in place of g at the weights w, which stay (arXiv 2010.01412, equation 2). Statistics are those of the
   * weights.
   */
  async #sharper(passes: readonly Tensors[], rho: number): Promise<ReadonlyMap<string, number>> {
    const states = this.#states;
    const scale = rho / (this.#gradientNorm() + 1e-12);
    const groups = this.#arena.regions.map((_, group) => {
      const weights = this.#arena.whole("parameter", group);
      const own = weights.slice();
      const gradients = this.#arena.whole("gradient", group);
      for (let i = 0; i < weights.length; i += 1) weights[i] = (own[i] ?? 0) + scale * (gradients[i] ?? 0);
      return { weights, own };
    });
    const losses = await this.#gradients(passes);
    for (const { weights, own } of groups) weights.set(own);
    this.#states = states;
    return losses;
  }

  /** Gradients of one pass, left in the arena, and its losses. Statistics are taken over where these are finite. */
  async #pass(feeds: Tensors): Promise<ReadonlyMap<string, number>> {
    const given: Record<string, ort.Tensor> = { ...this.#fixed };
    for (const [name, tensor] of this.#states) if (this.#inputs.has(name)) given[name] = toOrt(tensor);
    for (const [name, tensor] of feeds) if (this.#inputs.has(name)) given[name] = toOrt(tensor);
    const results = await this.#session.run(given, this.#fetches);
    const losses = new Map<string, number>();
    for (const [name, data] of this.#losses) losses.set(name, data[0] ?? Number.NaN);
    if (!allFinite(losses)) return losses;
    const next = Object.entries(results).flatMap(([name, tensor]): [string, Tensor][] =>
      name.startsWith("state/") ? [[name.slice("state/".length), copyOf(fromOrt(tensor))]] : [],
    );
    if (next.length > 0) this.#states = new Map([...this.#states, ...next]);
    return losses;
  }

  #update(step: number, groups: readonly GroupNumbers[]): void {
    const { optimiser, ema, maxGradientNorm } = this.#program;
    const gradientScale =
      maxGradientNorm === undefined ? 1 : Math.min(1, maxGradientNorm / (this.#gradientNorm() + 1e-6));
    this.#arena.regions.forEach(({ bytes, pointers }, group) => {
      const numbers = groups[group];
      if (bytes === 0 || numbers === undefined) return;
      const values = this.#rule.numbers(
        { ...numbers, step: ownStep(step, numbers), gradientScale },
        optimiser.settings,
      );
      const byName = new Map(this.#rule.scalars.map(({ name }, i) => [name, values[i] ?? 0]));
      if (ema !== undefined) byName.set("ema_share", 1 - ema);
      this.#run(
        bytes,
        ...this.#kernel.vectors.map((name) => pointers.get(name) ?? 0),
        ...this.#kernel.scalars.map((name) => byName.get(name) ?? 0),
      );
    });
  }

  /** √ Σ g² over all parameters, added up in double precision in a fixed order. */
  #gradientNorm(): number {
    let sum = 0;
    for (let group = 0; group < this.#arena.regions.length; group += 1) {
      for (const value of this.#arena.whole("gradient", group)) sum += value * value;
    }
    return Math.sqrt(sum);
  }

  async live(which: "last" | "ema"): Promise<Tensors> {
    const vector = which === "ema" && this.#program.ema !== undefined ? "ema" : "parameter";
    const weights = this.#parameters.map(({ path, shape }): [string, Tensor] => [
      path,
      { dtype: "float32", shape, data: this.#arena.view(vector, path) },
    ]);
    return new Map([...weights, ...this.#states]);
  }

  async read(): Promise<TrainerState> {
    const vector = (name: string, prefix: string): Tensors =>
      new Map(
        this.#parameters.map(({ path, shape }) => [
          `${prefix}${path}`,
          { dtype: "float32", shape, data: this.#arena.view(name, path).slice() },
        ]),
      );
    return {
      weights: vector("parameter", ""),
      slots: new Map(this.#rule.slots.flatMap((slot) => [...vector(`slot/${slot}`, `${slot}/`)])),
      states: new Map([...this.#states].map(([name, tensor]) => [name, copyOf(tensor)])),
      ema: this.#program.ema === undefined ? undefined : vector("ema", ""),
    };
  }

  async write(state: TrainerState): Promise<void> {
    const put = (name: string, tensors: Tensors, prefix: string) => {
      for (const { path } of this.#parameters) {
        const tensor = tensors.get(`${prefix}${path}`);
        const view = this.#arena.view(name, path);
        if (!(tensor?.data instanceof Float32Array) || tensor.data.length !== view.length) {
          throw new Error(`the checkpoint does not have ${prefix}${path} as this training needs it`);
        }
        view.set(tensor.data);
      }
    };
    put("parameter", state.weights, "");
    for (const slot of this.#rule.slots) put(`slot/${slot}`, state.slots, `${slot}/`);
    if (state.ema !== undefined && this.#program.ema !== undefined) put("ema", state.ema, "");
    for (const [name, tensor] of state.states) this.#states.set(name, copyOf(tensor));
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function addTo(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + (values[i] ?? 0);
}

function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
): (bytes: number, ...rest: readonly number[]) => void {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const { run } = instance.exports;
  if (typeof run !== "function") throw new Error("the kernel exports no function");
  return (length, ...rest) => {
    run(length, ...rest);
  };
}

function copyOf(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.slice() };
}
