import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { FeatureMatrix } from "../data/loader/batch-loader.ts";
import type { Part } from "../data/open-data.ts";
import type { Run } from "../run/run-plan.ts";
import { only } from "../train/stage-files.ts";
import { storedPass } from "./stored-pass.ts";

/** A tensor of a stage, and of which of its checkpoints. */
export interface Wanted {
  readonly tensor: string;
  readonly checkpoint?: string | undefined;
}

/** Tensors of finished stages, one value for every frame of some data, computed once and kept in the stage's folder. */
export class FeatureStore {
  readonly #run: Run;
  readonly #known = new Map<string, Promise<FeatureMatrix>>();

  constructor(run: Run) {
    this.#run = run;
  }

  of(producer: StagePlan, { tensor, checkpoint = only }: Wanted, part: Part): Promise<FeatureMatrix> {
    const name = `${tensor}-${part}${checkpoint === only ? "" : `-${checkpoint}`}`;
    const key = this.#run.fileOf(producer, `${producer.hash} ${name}`);
    const known = this.#known.get(key) ?? this.#make(producer, tensor, checkpoint, part, name);
    this.#known.set(key, known);
    return known;
  }

  async #make(stage: StagePlan, tensor: string, checkpoint: string, part: Part, name: string): Promise<FeatureMatrix> {
    const results = await storedPass(this.#run, {
      stage,
      checkpoint,
      part,
      file: this.#run.fileOf(stage, `features/${name}`),
      made: stage.tensorHash(tensor),
      graph: () => stage.graphs.feature(tensor),
    });
    const found = results.get(tensor);
    if (found === undefined) throw new Error(`the feature graph gave no ${tensor}`);
    return found;
  }
}
