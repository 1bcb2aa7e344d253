import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { readSafetensors, writeSafetensors } from "../checkpoints/safetensors.ts";
import type { FeatureMatrix } from "../data/loader/batch-loader.ts";
import type { Part } from "../data/open-data.ts";
import type { Run } from "../run/run-plan.ts";
import { runOverPart } from "../train/run-graph.ts";

/** Tensors of finished stages, one value for every frame, computed once and kept in the stage's folder with where they come from. */
export class FeatureStore {
  readonly #run: Run;
  readonly #known = new Map<string, Promise<FeatureMatrix>>();

  constructor(run: Run) {
    this.#run = run;
  }

  of(producer: StagePlan, tensor: string, part: Part): Promise<FeatureMatrix> {
    const key = `${producer.hash} ${tensor} ${part}`;
    const known = this.#known.get(key) ?? this.#make(producer, tensor, part);
    this.#known.set(key, known);
    return known;
  }

  async #make(producer: StagePlan, tensor: string, part: Part): Promise<FeatureMatrix> {
    const { options } = this.#run;
    const path = join(options.folder.stage(producer), "features", `${tensor}-${part}.safetensors`);
    const identity = `${await this.#run.identityOf(producer)} ${producer.tensorHash(tensor)}`;
    const stored = existsSync(path) ? readSafetensors(path) : undefined;
    const values = stored?.header.metadata["identity"] === identity ? stored.tensors.get(tensor) : undefined;
    if (values?.data instanceof Float32Array) return { shape: values.shape.slice(1), values: values.data };
    const sources = {
      engine: options.engine,
      weights: this.#run.keptOf(producer.hash),
      inputs: await this.#run.inputsOf(producer, [part]),
    };
    const found = (await runOverPart(producer, producer.graphs.feature(tensor), sources, part)).get(tensor);
    if (found === undefined) throw new Error(`the feature graph gave no ${tensor}`);
    const rows = found.values.length / found.shape.reduce((product, dim) => product * dim, 1);
    const tensors = new Map([
      [tensor, { dtype: "float32" as const, shape: [rows, ...found.shape], data: found.values }],
    ]);
    writeSafetensors(path, tensors, { identity, stage: producer.label, part, merge: producer.evaluate.merge });
    return found;
  }
}
