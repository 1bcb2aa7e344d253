import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { FeatureUse, Plan, StagePlan } from "../../compiler/lower/plan.ts";
import type { DataPlan, FieldPlan } from "../../compiler/lower/plan-data.ts";
import { type AlteredFile, readSealed } from "../checkpoints/sealed.ts";
import { chosenPart, wholePart } from "../data/chosen-part.ts";
import { composedData, dataIn, isComposed, piecesOf } from "../data/composed-data.ts";
import type { BadRow, OnBadRow } from "../data/formats/bad-rows.ts";
import type { FeatureMatrix } from "../data/loader/batch-loader.ts";
import { type OpenData, openData, type Part } from "../data/open-data.ts";
import type { Engine, Tensors } from "../engines/engine.ts";
import type { TaskScore } from "../evaluate/score-task.ts";
import { FeatureStore } from "../features/feature-store.ts";
import { joinFields, joinMatrices } from "../features/join-matrices.ts";
import type { FieldMatrix } from "../features/stored/field-matrix.ts";
import { FieldStore } from "../features/stored/field-store.ts";
import { storedPass } from "../features/stored-pass.ts";
import { type NetworkPass, NetworkStore } from "../networks/network-store.ts";
import { type Progress, readProgress } from "../train/checkpoint.ts";
import { type Filling, filledTable } from "../train/filled-labels.ts";
import type { StageInputs } from "../train/stage-data.ts";
import { StageError } from "../train/stage-error.ts";
import { keptBy, keptFile, only, stageFiles } from "../train/stage-files.ts";
import { neededBy } from "./plan-part.ts";
import type { RunFolder } from "./run-folder.ts";
import { trainPlan } from "./train-plan.ts";

export interface RunOptions {
  readonly engine: Engine;
  readonly folder: RunFolder;
  readonly onBadRow: OnBadRow;
  readonly signal: AbortSignal;
  readonly watch: RunWatcher;
}

/** Told what happens; the CLI draws it. */
export interface RunWatcher {
  stageStarts(plan: StagePlan, place: number, total: number): void;
  stageCached(plan: StagePlan): void;
  step(done: number, total: number, loss: number): void;
  epoch(epoch: number, scores: ReadonlyMap<string, TaskScore>, loss: number): void;
  stageEnds(plan: StagePlan): void;
  /** It is not trained, and neither is what needs it; the others go on. */
  stageFails(plan: StagePlan, problem: Error): void;
  /** A file that is not as it was written, or is of other pictures than there are now, and is made again. */
  altered(problem: AlteredFile): void;
  /** Another process makes a file of the run that is needed here. */
  waits(file: string, holder: string): void;
  /** A pass over a part: a validation, a feature, predictions. */
  pass(plan: StagePlan, part: Part, done: number, total: number): void;
}

/** A stage as it runs over some data that are not composed. */
export interface Pass {
  readonly over: StagePlan;
  readonly part: Part;
}

/** Everything of a plan that a run knows: data, finished stages, features. Stages run in the plan's order. */
export class Run {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly #stages: ReadonlyMap<string, StagePlan>;
  readonly #data: Map<string, Promise<OpenData>>;
  readonly #identities = new Map<string, string>();
  readonly #kept: Map<string, Tensors>;
  readonly #features: FeatureStore;
  readonly #fields: FieldStore;
  readonly #networks: NetworkStore;
  readonly skipped: BadRow[];

  /** `before` is a run of another plan of the same spec, whose data need not be read again. */
  constructor(plan: Plan, options: RunOptions, before?: Run) {
    this.plan = plan;
    this.#data = before === undefined ? new Map() : before.#data;
    this.#fields = before === undefined ? new FieldStore() : before.#fields;
    this.#kept = before === undefined ? new Map() : before.#kept;
    this.skipped = before === undefined ? [] : before.skipped;
    this.options = options;
    this.#stages = new Map(plan.stages.map((stage) => [stage.hash, stage]));
    this.#features = new FeatureStore(this);
    this.#networks = new NetworkStore(this);
  }

  stageOf(hash: string): StagePlan {
    const stage = this.#stages.get(hash);
    if (stage === undefined) throw new Error(`the plan has no stage ${hash}`);
    return stage;
  }

  dataOf(plan: DataPlan): Promise<OpenData> {
    const key = keyOf(plan);
    const known = this.#data.get(key);
    if (known !== undefined) return known;
    const isWhole = keyOf(plan) === keyOf({ ...plan, part: wholePart });
    const opened = isComposed(plan)
      ? composedData(plan, (each) => this.dataOf(each))
      : isWhole
        ? this.#open(plan)
        : this.#chosen(plan);
    this.#data.set(key, opened);
    return opened;
  }

  async #open(plan: DataPlan): Promise<OpenData> {
    const data = await openData(plan, this.options.onBadRow, join(this.options.folder.path, "data"));
    this.skipped.push(...data.skipped);
    return data;
  }

  async #chosen(plan: DataPlan): Promise<OpenData> {
    return chosenPart(await this.dataOf({ ...plan, part: wholePart }), plan.part);
  }

  /** Images that were left out, each as a sentence with its place. */
  async badImages(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const data of this.#data.values()) {
      const { badImages } = await data;
      for (const rows of badImages.values()) found.push(...rows.values());
    }
    return found;
  }

  /** Rows of a part of some data whose image could not be read, with why, whatever opened them: known once all were looked at. */
  async badRows(plan: DataPlan, part: Part): Promise<ReadonlyMap<number, string>> {
    const found = new Map<number, string>();
    const images = [...imageFolders(plan).keys()];
    // Folds have the same test list.
    const rowsOf = ({ identity, listIdentity, root, foldersOf }: OpenData) =>
      JSON.stringify([part === "test" ? listIdentity : identity, root, images.map(foldersOf)]);
    const own = rowsOf(await this.dataOf(plan));
    for (const each of this.#data.values()) {
      const data = await each;
      if (rowsOf(data) !== own) continue;
      for (const [row, reason] of data.badImages.get(part) ?? []) found.set(row, reason);
    }
    return new Map([...found].sort(([a], [b]) => a - b));
  }

  /** Decides whether a finished stage can be used again: its plan, its data's content, and those it builds on. */
  async identityOf(plan: StagePlan): Promise<string> {
    const known = this.#identities.get(plan.hash);
    if (known !== undefined) return known;
    const data = await this.dataOf(plan.data);
    const needs: string[] = [];
    for (const hash of neededBy(plan)) needs.push(await this.identityOf(this.stageOf(hash)));
    let stored = "";
    for (const each of dataIn(plan.data))
      stored += await this.#fields.identityOf({ ...plan, data: each }, await this.dataOf(each));
    const networks = await this.#networks.identityOf(plan);
    const facts = [plan.hash, data.identity, ...[stored, networks].filter((digest) => digest !== ""), ...needs];
    const identity = bytesToHex(sha256(utf8ToBytes(facts.join("\n"))));
    this.#identities.set(plan.hash, identity);
    return identity;
  }

  /** How far a stage is, if what is in its folder is of this plan and these data. */
  async progressOf(plan: StagePlan): Promise<Progress | undefined> {
    const progress = readProgress(join(this.options.folder.stage(plan), stageFiles.last));
    return progress?.identity === (await this.identityOf(plan)) ? progress : undefined;
  }

  async isFinished(plan: StagePlan): Promise<boolean> {
    return (await this.progressOf(plan))?.finished === true;
  }

  /** Kept weights of a finished stage, of one of its checkpoints. */
  keptOf(hash: string, checkpoint = only): Tensors {
    const key = `${hash} ${checkpoint}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const { tensors } = readSealed(join(this.options.folder.stage(this.stageOf(hash)), keptFile(checkpoint)));
    this.#kept.set(key, tensors);
    return tensors;
  }

  /** A finished stage's tensor for every row of a part of its data, computed once. */
  feature(stage: StagePlan, tensor: string, part: Part, checkpoint?: string): Promise<FeatureMatrix> {
    return this.#features.of(stage, { tensor, checkpoint }, part);
  }

  /** A stage as it runs over other data than it was trained on, at its own sizes; the same where these are its own. */
  over(stage: StagePlan, data: DataPlan): StagePlan {
    if (keyOf(stage.data) === keyOf(data)) return stage;
    const fields = [...stage.data.fields].map(([name, own]): [string, FieldPlan] => {
      const there = data.fields.get(name) ?? own;
      return [name, there.kind === "images" && own.kind === "images" ? { ...there, size: own.size } : there];
    });
    return { ...stage, data: { ...data, fields: new Map(fields) } };
  }

  /** The passes of a stage whose results for a part of some data are read, in order: one over each of the data that it is joined from. */
  passesOver(stage: StagePlan, data: DataPlan, part: Part): readonly Pass[] {
    return piecesOf(data, part).map((piece) => ({ over: this.over(stage, piece.plan), part: piece.part }));
  }

  /** What others of the plan read of a stage in their training, each once. */
  readBy(stage: StagePlan): readonly (Pass & { readonly use: FeatureUse })[] {
    const uses = this.plan.stages.flatMap(({ features, data }) =>
      features
        .filter((use) => use.stage === stage.hash)
        .flatMap((use) =>
          (["train", "val"] as const).flatMap((part) =>
            this.passesOver(stage, data, part).map((pass) => ({ ...pass, use })),
          ),
        ),
    );
    return [
      ...new Map(
        uses.map((each) => [this.fileOf(each.over, `${each.use.tensor} ${each.part} ${each.use.checkpoint}`), each]),
      ).values(),
    ];
  }

  /** The passes of networks whose results a stage reads in its training. */
  async networkPasses(stage: StagePlan): Promise<readonly NetworkPass[]> {
    const { parts } = await this.dataOf(stage.data);
    const passes: NetworkPass[] = [];
    for (const part of ["train", "val"] as const)
      for (const piece of parts.has(part) ? piecesOf(stage.data, part) : [])
        passes.push(...(await this.#networks.passesOf({ ...stage, data: piece.plan }, piece.part)));
    return passes;
  }

  /** Where what a stage makes of a part is kept, below its folder: apart for other data than its own. */
  fileOf(stage: StagePlan, name: string): string {
    const own = this.stageOf(stage.hash);
    const other = stage === own ? "" : `@${bytesToHex(sha256(utf8ToBytes(keyOf(stage.data)))).slice(0, 8)}`;
    return `${name}${other}.safetensors`;
  }

  /** What a stage is trained on: as it is, and with what other stages fill in where labels are missing. */
  async trainingInputsOf(plan: StagePlan): Promise<StageInputs> {
    const inputs = await this.inputsOf(plan, ["train", "val"]);
    const table = inputs.data.parts.get("train");
    if (plan.fills.length === 0 || table === undefined) return inputs;
    const fillings: Filling[] = [];
    for (const fill of plan.fills) {
      const { task, checkpoint } = fill;
      const producer = this.stageOf(fill.stage);
      const meaning = producer.tasks.find(({ name }) => name === task)?.meaning;
      if (meaning === undefined) throw new StageError(producer.label, `it has no head of ${task}`);
      const predictions = await this.predict(this.over(producer, plan.data), task, "train", checkpoint);
      fillings.push({ fill, meaning, predictions });
    }
    const parts = new Map(inputs.data.parts).set("train", filledTable(table, fillings));
    return { ...inputs, data: { ...inputs.data, parts } };
  }

  async inputsOf(plan: StagePlan, parts: readonly Part[]): Promise<StageInputs> {
    const data = await this.dataOf(plan.data);
    const features = new Map<string, FeatureMatrix>();
    const fields = new Map<string, FieldMatrix>();
    for (const part of parts.filter((each) => data.parts.has(each))) {
      const pieces = piecesOf(plan.data, part);
      for (const use of plan.features) {
        const matrices: FeatureMatrix[] = [];
        for (const pass of this.passesOver(this.stageOf(use.stage), plan.data, part))
          matrices.push(await this.#features.of(pass.over, use, pass.part));
        features.set(`${use.input} ${part}`, joinMatrices(matrices));
      }
      const networks: ReadonlyMap<string, FeatureMatrix>[] = [];
      for (const piece of pieces) networks.push(await this.#networks.of({ ...plan, data: piece.plan }, piece.part));
      for (const input of networks[0]?.keys() ?? [])
        features.set(`${input} ${part}`, joinMatrices(networks.flatMap((each) => each.get(input) ?? [])));
      for (const name of FieldStore.of(plan).keys()) {
        const matrices: FieldMatrix[] = [];
        for (const piece of pieces) {
          const field = FieldStore.of({ ...plan, data: piece.plan }).get(name);
          if (field !== undefined)
            matrices.push(await this.#fields.matrix(field, piece.plan, await this.dataOf(piece.plan), piece.part));
        }
        fields.set(`${name} ${part}`, joinFields(matrices));
      }
    }
    return {
      data,
      field(name, part) {
        const matrix = fields.get(`${name} ${part}`);
        if (matrix === undefined) throw new Error(`the field ${name} was not read for ${part}`);
        return matrix;
      },
      skipBadImages: this.options.onBadRow === "skip",
      onPass: (part, done, total) => this.options.watch.pass(plan, part, done, total),
      feature(input, part) {
        const matrix = features.get(`${input} ${part}`);
        if (matrix === undefined) throw new Error(`the feature ${input} was not computed for ${part}`);
        return matrix;
      },
    };
  }

  /** Trains what is not finished. False if it was interrupted; a stage's failure is thrown once all that it does not stop is done. */
  async train(): Promise<boolean> {
    const { interrupted, stopped, failed } = await trainPlan(this);
    const problem = stopped ?? failed[0]?.problem;
    if (problem !== undefined) throw problem;
    return !interrupted;
  }

  /** The predictions of a finished stage's tasks for a part, [rows, width], computed once; of a checkpoint, or of that of the task. */
  readonly #predictions = new Map<string, Promise<ReadonlyMap<string, { readonly values: Float32Array }>>>();

  async predict(
    plan: StagePlan,
    task: string,
    part: Part,
    checkpoint = checkpointOf(plan, task),
  ): Promise<Float32Array> {
    const key = `${plan.hash} ${part} ${keyOf(plan.data)} ${checkpoint}`;
    const made = this.#predictions.get(key) ?? this.#compute(plan, part, checkpoint);
    this.#predictions.set(key, made);
    const found = (await made).get(task);
    if (found === undefined) throw new StageError(plan.label, `it has no head of ${task}`);
    return found.values;
  }

  #compute(stage: StagePlan, part: Part, checkpoint: string) {
    return storedPass(this, {
      stage,
      checkpoint,
      part,
      file: this.fileOf(stage, `predictions/${part}${checkpoint === only ? "" : `-${checkpoint}`}`),
      made: `heads on ${this.options.engine.name}`,
      graph: () => stage.graphs.evaluation(),
      versions: stage.evaluate.tta,
    });
  }
}

/** What decides which rows some data are, where their pictures lie, and what is known of them. */
function keyOf(plan: DataPlan): string {
  const { root, format, duplicates, tasks, part, joined = [], judged } = plan;
  const more = [...joined.map(keyOf), ...(judged === undefined ? [] : [`judged ${keyOf(judged)}`])];
  return JSON.stringify([root, format, duplicates, tasks, part, imageFolders(plan), ...more], (_, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );
}

/** Folders of pictures by field. */
function imageFolders({ fields }: DataPlan): ReadonlyMap<string, string> {
  return new Map([...fields].flatMap(([name, field]) => (field.kind === "images" ? [[name, field.folder]] : [])));
}

/** The checkpoint that says most about a task: its own, or where there is none the first. */
function checkpointOf(plan: StagePlan, task: string): string {
  const names = [...keptBy(plan).keys()];
  return names.find((name) => name === task) ?? names[0] ?? only;
}
