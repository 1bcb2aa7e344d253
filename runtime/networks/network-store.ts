import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { NetworkUse } from "../../compiler/lower/plan-networks.ts";
import { wholePart } from "../data/chosen-part.ts";
import type { FeatureMatrix } from "../data/loader/batch-loader.ts";
import { type Part, tableOf } from "../data/open-data.ts";
import { keptPass } from "../features/stored-pass.ts";
import type { Run } from "../run/run-plan.ts";
import { PartPasses, type PartResults } from "../train/run-graph.ts";
import { networkEvaluator } from "./network-evaluator.ts";
import { networkDigest, networkFile } from "./network-file.ts";
import { pickedRows } from "./picked-rows.ts";

/**
 * What networks of ONNX files say of every frame of some data, computed once for all stages that read it and kept in the run's folder.
 * A frame that stands in several parts or folds is looked at once.
 */
export class NetworkStore {
  readonly #run: Run;
  readonly #passes = new Map<string, Promise<PartResults>>();
  readonly #digests = new Map<string, Promise<string>>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** The outputs of a stage's networks for every row of a part of its data, by graph input. */
  async of(stage: StagePlan, part: Part): Promise<ReadonlyMap<string, FeatureMatrix>> {
    const matrices = new Map<string, FeatureMatrix>();
    if (stage.networks === undefined) return matrices;
    const whole: StagePlan = { ...stage, features: [], data: { ...stage.data, part: wholePart } };
    const all = await this.#run.dataOf(whole.data);
    const table = tableOf(await this.#run.dataOf(stage.data), part);
    for (const use of stage.networks) {
      const found = await pickedRows(table, all, part, (each) => this.#pass(whole, use, each));
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

  async #pass(stage: StagePlan, use: NetworkUse, part: Part): Promise<PartResults> {
    const data = await this.#run.dataOf(stage.data);
    const { file, made, outputs } = use;
    const list = part === "test" ? data.listIdentity : data.identity;
    const facts = [await this.#digest(file), made, JSON.stringify(outputs), rowsAndPictures(stage), list, part];
    const identity = hashed(facts.join("\n"));
    const known = this.#passes.get(identity);
    if (known !== undefined) return known;
    const pass = keptPass(this.#run, {
      stage,
      data,
      part,
      path: join(this.#run.options.folder.path, "networks", `${identity.slice(0, 16)}-${part}.safetensors`),
      identity,
      metadata: { network: file, outputs: outputs.map(({ output = "" }) => output).join(", ") },
      make: () => this.#make(stage, use, part),
    });
    this.#passes.set(identity, pass);
    return pass;
  }

  async #make(stage: StagePlan, use: NetworkUse, part: Part): Promise<PartResults> {
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
