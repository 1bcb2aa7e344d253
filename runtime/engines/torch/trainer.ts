import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { torchName } from "../../../compiler/emit/torch/torch-name.ts";
import { symbolsOf } from "../../../compiler/ir/dim.ts";
import { inputsOf } from "../../../compiler/ir/graph.ts";
import { partOfBatch } from "../batch-part.ts";
import {
  type GroupNumbers,
  ownStep,
  type ProgramSource,
  type Tensor,
  type Tensors,
  type Trainer,
  type TrainerState,
  type TrainingProgram,
} from "../engine.ts";
import type { Connection } from "./messages.ts";
import { type Launch, Ranks, RanksFailed } from "./ranks.ts";
import { writePackage } from "./write-package.ts";

export interface TorchChoice extends Launch {
  /** In place of what stages say. */
  readonly precision?: "fp32" | "bf16" | undefined;
  readonly compiled: boolean;
}

/** Trains by a written package in PyTorch's processes: each takes its part of every batch. */
export async function torchTrainer(program: TrainingProgram, choice: TorchChoice): Promise<Trainer> {
  const { source } = program;
  if (source === undefined)
    throw new Error("PyTorch differentiates itself: it needs the model and the loss, not their gradients");
  const { forward, label } = source;
  const folder = mkdtempSync(join(tmpdir(), "abaw-torch-"));
  try {
    const frozen = [...program.constants].filter(([name]) => source.frozen.has(name));
    writePackage(
      folder,
      {
        label,
        parameters: [
          ...program.parameters,
          ...frozen.map(([path, { shape }]) => ({ path, shape })).filter(({ path }) => !forward.states.has(path)),
        ],
        forward,
      },
      true,
    );
    const ranks = await Ranks.start(folder, choice);
    const trainer = new TorchTrainer(program, source, ranks, folder);
    await trainer.begin(choice);
    return trainer;
  } catch (problem) {
    rmSync(folder, { recursive: true, force: true });
    throw problem;
  }
}

class TorchTrainer implements Trainer {
  readonly #program: TrainingProgram;
  readonly #source: ProgramSource;
  readonly #ranks: Ranks;
  readonly #folder: string;
  /** Inputs that have the batch as their first axis. */
  readonly #batched: ReadonlySet<string>;
  /** Paths by their names in PyTorch. */
  readonly #paths: ReadonlyMap<string, string>;

  constructor(program: TrainingProgram, source: ProgramSource, ranks: Ranks, folder: string) {
    const { forward, frozen } = source;
    this.#program = program;
    this.#source = source;
    this.#ranks = ranks;
    this.#folder = folder;
    const inputs = inputsOf({ name: "forward", outputs: [...forward.heads, ...forward.terms] });
    this.#batched = new Set(
      inputs.flatMap(({ type, source }) => (symbolsOf(type.shape[0] ?? 1).includes("batch") ? [source.name] : [])),
    );
    const paths = [...program.parameters.map(({ path }) => path), ...frozen, ...program.states.keys()];
    this.#paths = new Map(paths.map((path) => [torchName(path), path]));
  }

  async begin({ precision, compiled }: TorchChoice): Promise<void> {
    const { parameters, groups, optimiser, maxGradientNorm, ema, sharpness, constants, states } = this.#program;
    const { frozen } = this.#source;
    const settings = {
      groups: Array.from({ length: groups }, (_, i) =>
        parameters.filter(({ group }) => group === i).map(({ path }) => torchName(path)),
      ),
      penalties: this.#source.penalties,
      optimiser: optimiser.name,
      settings: optimiser.settings,
      max_gradient_norm: maxGradientNorm ?? null,
      ema: ema ?? null,
      sharpness: sharpness ?? null,
      precision: precision ?? this.#program.precision ?? "fp32",
      compiled,
    };
    const facts = new Map([...constants].filter(([name]) => !frozen.has(name)));
    for (const connection of this.#ranks.connections) connection.send(settings, facts);
    const start = parameters.map(({ path, shape, start: data }): [string, Tensor] => [
      `weights/${torchName(path)}`,
      { dtype: "float32", shape, data },
    ]);
    const kept = [...constants].flatMap(([name, tensor]): [string, Tensor][] =>
      frozen.has(name) ? [[`${this.#kindOf(name)}/${torchName(name)}`, tensor]] : [],
    );
    const statistics = [...states].map(([path, tensor]): [string, Tensor] => [`states/${torchName(path)}`, tensor]);
    await this.#all({ do: "write" }, () => new Map([...start, ...kept, ...statistics]));
  }

  async step(
    passes: readonly Tensors[],
    step: number,
    groups: readonly GroupNumbers[],
  ): Promise<ReadonlyMap<string, number>> {
    const rates = groups.map((group) => [group.rate, group.weightDecay, ownStep(step, group)]);
    const count = this.#ranks.connections.length;
    const given = (rank: number) =>
      passes.flatMap((feeds, i) =>
        [...this.#part(feeds, rank, count)].map(([name, tensor]): [string, Tensor] => [`${i}/${name}`, tensor]),
      );
    const answers = await this.#all({ do: "step", rates, passes: passes.length }, (rank) => new Map(given(rank)));
    const [first] = answers;
    return new Map([...(first ?? [])].map(([name, { data }]) => [name, Number(data[0])]));
  }

  async live(which: "last" | "ema"): Promise<Tensors> {
    return this.#named(await this.#first({ do: "live", which }));
  }

  async read(): Promise<TrainerState> {
    const all = await this.#first({ do: "read" });
    const group = (name: string): Tensors =>
      this.#named(
        new Map(
          [...all].flatMap(([key, tensor]) =>
            key.startsWith(`${name}/`) ? [[key.slice(name.length + 1), tensor]] : [],
          ),
        ),
      );
    return {
      weights: group("weights"),
      slots: group("slots"),
      states: group("states"),
      ema: this.#program.ema === undefined ? undefined : group("ema"),
    };
  }

  async write(state: TrainerState): Promise<void> {
    const tensors = new Map<string, Tensor>();
    for (const kind of ["weights", "slots", "states", "ema"] as const)
      for (const [path, tensor] of state[kind] ?? []) tensors.set(`${kind}/${torchName(path)}`, tensor);
    await this.#all({ do: "write" }, () => tensors);
  }

  async release(): Promise<void> {
    await this.#ranks.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #kindOf(name: string): "weights" | "states" {
    return this.#source.forward.states.has(name) ? "states" : "weights";
  }

  /** A rank's part of a batch: as many rows as any other's. */
  #part(feeds: Tensors, rank: number, count: number): Tensors {
    if (count === 1) return feeds;
    return new Map(
      [...feeds].map(([name, tensor]) => {
        if (!this.#batched.has(name)) return [name, tensor];
        const [rows = 1] = tensor.shape;
        if (rows % count !== 0)
          throw new RanksFailed(
            `a batch of ${rows} cannot be shared by ${count} processes; choose a number that divides it`,
          );
        return [name, partOfBatch(tensor, rank, count)];
      }),
    );
  }

  /** Under abaw's paths, behind the name of a slot if there is one. */
  #named(tensors: Tensors): Tensors {
    const pathOf = (name: string): string => {
      const path = this.#paths.get(name);
      if (path !== undefined) return path;
      const slash = name.indexOf("/");
      return `${name.slice(0, slash)}/${this.#paths.get(name.slice(slash + 1)) ?? name.slice(slash + 1)}`;
    };
    return new Map([...tensors].map(([name, tensor]) => [pathOf(name), tensor]));
  }

  async #first(message: Readonly<Record<string, unknown>>): Promise<Tensors> {
    const [first] = this.#ranks.connections;
    if (first === undefined) throw new Error("there is no rank");
    return await this.#told(ask(first, message, new Map()));
  }

  #all(message: Readonly<Record<string, unknown>>, tensors: (rank: number) => Tensors): Promise<readonly Tensors[]> {
    const parts = this.#ranks.connections.map((_, rank) => tensors(rank));
    return this.#told(
      Promise.all(
        this.#ranks.connections.map((connection, rank) => ask(connection, message, parts[rank] ?? new Map())),
      ),
    );
  }

  async #told<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (problem) {
      throw await this.#ranks.failure(problem);
    }
  }
}

async function ask(
  connection: Connection,
  message: Readonly<Record<string, unknown>>,
  tensors: Tensors,
): Promise<Tensors> {
  connection.send(message, tensors);
  return (await connection.receive()).tensors;
}
