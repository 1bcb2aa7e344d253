import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { readSafetensors, writeSafetensors } from "../checkpoints/safetensors.ts";
import type { FeatureMatrix } from "../data/loader/batch-loader.ts";
import type { Part } from "../data/open-data.ts";
import { jsonReader } from "../json/read-json.ts";
import { integer, listOf, record, text } from "../json/schema.ts";
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
    const { badImages } = await this.#run.dataOf(producer.data);
    if (stored !== undefined && values?.data instanceof Float32Array) {
      const known = badImages.get(part);
      const bad = stored.header.metadata["bad"];
      for (const { row, reason } of bad === undefined ? [] : badRowsIn(bad, path)) known?.set(row, reason);
      return { shape: values.shape.slice(1), values: values.data };
    }
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
    const bad = [...(badImages.get(part) ?? [])].map(([row, reason]): BadImage => ({ row, reason }));
    writeSafetensors(path, tensors, {
      identity,
      stage: producer.label,
      part,
      merge: producer.evaluate.merge,
      ...(bad.length === 0 ? {} : { bad: JSON.stringify(bad) }),
    });
    return found;
  }
}

/** A row whose image could not be read when the features were computed: who reads them sees no image. */
interface BadImage {
  readonly row: number;
  readonly reason: string;
}

const badRowsIn = jsonReader<readonly BadImage[]>(listOf(record({ row: integer, reason: text })));
