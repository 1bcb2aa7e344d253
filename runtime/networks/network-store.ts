import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { NetworkUse } from "../../compiler/lower/plan-networks.ts";
import { wholePart } from "../data/chosen-part.ts";
import type { FeatureMatrix } from "../data/loader/batch-loader.ts";
import { type OpenData, type Part, tableOf } from "../data/open-data.ts";
import { keptPass } from "../features/kept-pass.ts";
import type { Run } from "../run/run-plan.ts";
import { PartPasses, type PartResults } from "../train/run-graph.ts";
import { networkEvaluator } from "./network-evaluator.ts";
import { networkDigest, networkFile } from "./network-file.ts";
import { pickedRows } from "./picked-rows.ts";

/** A pass of a network over a part of all of some data. */
export interface NetworkPass {
  readonly use: NetworkUse;
  /** One that reads it, over all of its data. */
  readonly stage: StagePlan;
  readonly data: OpenData;
  readonly part: Part;
  /** All that decides what it gives. */
  readonly identity: string;
  /** Where that is kept. */
  readonly path: string;
}

/**
 * What networks of ONNX files say of every frame of some data, computed once for all stages that read it and kept in the run's folder.
 * A frame that stands in several parts or folds is looked at once.
 */
export class NetworkStore {
  readonly #run: Run;
  readonly #results = new Map<string, Promise<PartResults>>();
  readonly #digests = new Map<string, Promise<string>>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** The outputs of a stage's networks for every row of a part of its data, by graph input. */
  of(stage: StagePlan, part: Part): Promise<ReadonlyMap<string, FeatureMatrix>> {
    return this.#picked(stage, part, (pass) => this.#resultsOf(pass));
  }

  /** The passes that this is of. */
  async passesOf(stage: StagePlan, part: Part): Promise<readonly NetworkPass[]> {
    const passes: NetworkPass[] = [];
    await this.#picked(stage, part, async (pass) => {
      passes.push(pass);
      return new Map();
    });
    return passes;
  }

  async #picked(
    stage: StagePlan,
    part: Part,
    resultsOf: (pass: NetworkPass) => Promise<PartResults>,
  ): Promise<ReadonlyMap<string, FeatureMatrix>> {
    const matrices = new Map<string, FeatureMatrix>();
    if (stage.networks === undefined) return matrices;
    const whole: StagePlan = { ...stage, features: [], data: { ...stage.data, part: wholePart } };
    const data = await this.#run.dataOf(whole.data);
    const table = tableOf(await this.#run.dataOf(stage.data), part);
    for (const use of stage.networks) {
      const found = await pickedRows(table, data, part, async (each) =>
        resultsOf({ use, stage: whole, data, part: each, ...(await this.#placeOf(whole, data, use, each)) }),
      );
      for (const [input, matrix] of found) matrices.set(input, matrix);
    }
    return matrices;
  }

  /** 64 hex digits over the files of a stage's networks; empty if it has none. */
  async identityOf({ networks = [] }: StagePlan): Promise<string> {
    const digests: string[] = [];
    for (const { file } of networks) digests.push(await this.#digest(file));
    return digests.length === 0 ? "" : hashed(digests.join("\n"));
  }

  async #placeOf(stage: StagePlan, data: OpenData, { file, made, outputs }: NetworkUse, part: Part) {
    const list = part === "test" ? data.listIdentity : data.identity;
    const facts = [await this.#digest(file), made, JSON.stringify(outputs), rowsAndPictures(stage), list, part];
    const identity = hashed(facts.join("\n"));
    const path = join(this.#run.options.folder.path, "networks", `${identity.slice(0, 16)}-${part}.safetensors`);
    return { identity, path };
  }

  #resultsOf(pass: NetworkPass): Promise<PartResults> {
    const { file, outputs } = pass.use;
    const known = this.#results.get(pass.identity);
    if (known !== undefined) return known;
    const results = keptPass(this.#run, {
      ...pass,
      metadata: { network: file, outputs: outputs.map(({ output = "" }) => output).join(", ") },
      make: () => this.#make(pass),
    });
    this.#results.set(pass.identity, results);
    return results;
  }

  async #make({ stage, use, part }: NetworkPass): Promise<PartResults> {
    const { options } = this.#run;
    const picture = stage.graphs.picture(use.path);
    const evaluator = await networkEvaluator(use, picture, options.engine);
    try {
      // Frames stand alone, whatever clips the stage has.
      const { networks: _, ...alone } = { ...stage, evaluate: { ...stage.evaluate, clip: undefined } };
      const inputs = await this.#run.inputsOf(alone, [part]);
      const passes = new PartPasses(alone, picture, inputs, { part });
      try {
        return await passes.run(evaluator, new Map());
      } finally {
        await passes.close();
      }
    } finally {
      await evaluator.release();
    }
  }

  #digest(file: string): Promise<string> {
    const known = this.#digests.get(file) ?? networkDigest(networkFile(file));
    this.#digests.set(file, known);
    return known;
  }
}

/** Where data's rows come from, how their parts are cut, and where their pictures lie. */
function rowsAndPictures({ data: { root, format, duplicates, fields } }: StagePlan): string {
  const folders = [...fields].flatMap(([name, each]) => (each.kind === "images" ? [[name, each.folder]] : []));
  return JSON.stringify([root, format, duplicates, folders], (_, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );
}

function hashed(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
