import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { rewriteGraph, sameLeaf } from "../../../compiler/ir/rewrite.ts";
import { type OptimiserRule, optimisers } from "../../../compiler/library/optimisers/index.ts";
import { updateGraph } from "../../../compiler/library/optimisers/update-graph.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { type GroupNumbers, ownStep, type TrainingProgram } from "../engine.ts";
import type { Device } from "./device.ts";
import { DeviceKit } from "./kit.ts";
import { Program } from "./program.ts";
import { specialise } from "./specialise.ts";

/** The optimiser's update graph on a device, parameter by parameter. */
export class Update {
  readonly rule: OptimiserRule;
  readonly #device: Device;
  readonly #program: TrainingProgram;
  readonly #graph: Graph;
  readonly #kit: DeviceKit;
  readonly #programs = new Map<string, Program>();

  constructor(device: Device, program: TrainingProgram) {
    this.#device = device;
    this.#program = program;
    this.#kit = new DeviceKit(device);
    this.rule = optimisers[program.optimiser.name];
    this.#graph = updateGraph(this.rule, program.optimiser.settings, program.ema !== undefined);
  }

  /** The scalars of each group that has numbers, the caller's to free; `gradientScale` is used as it is. */
  scalars(
    step: number,
    groups: readonly GroupNumbers[],
    gradientScale: DeviceTensor | undefined,
  ): readonly ReadonlyMap<string, DeviceTensor>[] {
    const { optimiser, ema } = this.#program;
    const scalar = (x: number) => this.#device.upload({ dtype: "float32", shape: [], data: Float32Array.of(x) });
    return groups.map((numbers) => {
      const values = this.rule.numbers(
        { ...numbers, step: ownStep(step, numbers), gradientScale: 1 },
        optimiser.settings,
      );
      const byName = new Map<string, DeviceTensor>();
      this.rule.scalars.forEach(({ name }, i) => {
        const scale = name === "gradient_scale" ? gradientScale : undefined;
        byName.set(name, scale === undefined ? scalar(values[i] ?? 0) : this.#kit.alias(scale));
      });
      if (ema !== undefined) byName.set("ema_share", scalar(1 - ema));
      return byName;
    });
  }

  /** `parameter`, each `slot/<name>` and `ema` after the step, from these, the `gradient` and the scalars before it. */
  run(feeds: ReadonlyMap<string, DeviceTensor>): Map<string, DeviceTensor> {
    const shape = feeds.get("parameter")?.shape ?? [];
    const key = shape.join();
    const program =
      this.#programs.get(key) ?? new Program(specialise(ofShape(this.#graph, shape), shapesOf(feeds)), this.#kit);
    this.#programs.set(key, program);
    return program.run(feeds);
  }

  /** min(1, most / ‖g‖) over all gradients: a scalar on the device, the caller's to free. */
  gradientScale(gradients: readonly DeviceTensor[], most: number): DeviceTensor {
    const { tf } = this.#device;
    return tf.tidy(() => tf.minimum(1, tf.div(most, tf.add(this.#norm(gradients), 1e-6))));
  }

  /** 1 / ‖g‖ over all gradients: a scalar on the device, the caller's to free. */
  inverseNorm(gradients: readonly DeviceTensor[]): DeviceTensor {
    const { tf } = this.#device;
    return tf.tidy(() => tf.div(1, tf.add(this.#norm(gradients), 1e-12)));
  }

  #norm(gradients: readonly DeviceTensor[]): DeviceTensor {
    const { tf } = this.#device;
    // Row by row and then together: one long sum of float32 would round more.
    const sums = gradients.map((gradient) => tf.sum(tf.sum(tf.square(gradient), -1)));
    return tf.sqrt(tf.sum(tf.stack(sums)));
  }

  release(): void {
    this.#kit.release();
  }
}

/** The graph for entries that lie in another shape than a vector's: what it does, it does to each alone. */
function ofShape(graph: Graph, shape: readonly number[]): Graph {
  return rewriteGraph(graph, new GraphBuilder(opRules), undefined, (leaf, g) => {
    const { source, type } = leaf;
    return source.kind === "input" && type.shape.length > 0
      ? g.input(source.role, source.name, { dtype: type.dtype, shape })
      : sameLeaf(leaf, g);
  });
}

function shapesOf(feeds: ReadonlyMap<string, DeviceTensor>): ReadonlyMap<string, readonly number[]> {
  return new Map([...feeds].map(([name, { shape }]) => [name, shape]));
}
