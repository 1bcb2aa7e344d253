import type { CheckedStage } from "../check/check-stage.ts";
import { digestOf } from "../ir/digest.ts";
import type { Graph, Value } from "../ir/graph.ts";
import { graphText, pictureDigest } from "./graph-text.ts";
import { headOutputs, stageGraphs, tensorNamed } from "./graphs.ts";
import type { Duration, FeatureUse, FillPlan, StagePlan, WeightSource } from "./plan.ts";
import type { NetworkUse } from "./plan-networks.ts";

/**
 * Everything a runtime needs of checked stages; each has one plan and one hash (language rule 82). What costs time, the hash and what holds hashes of other
 * stages, is made when it is asked for: to check a spec needs none of it.
 */
export class StagePlans {
  readonly #plans = new WeakMap<CheckedStage, StagePlan>();
  readonly #lookUp: (key: string) => CheckedStage;
  /** Names that the file gives to stages, by identity. */
  names: ReadonlyMap<string, string> = new Map();

  constructor(lookUp: (key: string) => CheckedStage) {
    this.#lookUp = lookUp;
  }

  /** The stage with an identity, where it is known to be right. */
  checked(key: string): CheckedStage {
    return this.#lookUp(key);
  }

  planOf(checked: CheckedStage): StagePlan {
    const known = this.#plans.get(checked);
    if (known !== undefined) return known;
    const { stage } = checked;
    const label = () => this.names.get(stage.key) ?? stage.label;
    const plain = plainPart(checked);
    const described = once(() => this.#described(checked));
    const hash = once(() => digestOf(`${toJson(described())}\n${graphText(decidingGraph(checked))}`));
    const plan: StagePlan = {
      ...plain,
      get features() {
        return described().features;
      },
      get fills() {
        return described().fills ?? [];
      },
      get parameters() {
        return described().parameters;
      },
      get states() {
        return described().states;
      },
      get hash() {
        return hash();
      },
      get resolved() {
        return toJson(described(), 2);
      },
      get label() {
        return label();
      },
      call: stage.call,
      shown: [...checked.training.shown.keys()],
      tensorHash: (name) => tensorHash(checked, name),
      graphs: stageGraphs(checked),
    };
    this.#plans.set(checked, plan);
    return plan;
  }

  /** Whether two stages are the same training; their hashes are compared only if all else agrees. */
  same(a: CheckedStage, b: CheckedStage): boolean {
    return quickText(a) === quickText(b) && !differAtTheEnd(a, b) && this.planOf(a).hash === this.planOf(b).hash;
  }

  #described(checked: CheckedStage) {
    const { built, trained, sources } = checked;
    const { model } = built;
    const producerOf = (key: string) => this.planOf(this.#lookUp(key));
    const source = (from: WeightSource): WeightSource =>
      from.kind === "stage" ? { ...from, stage: producerOf(from.stage).hash } : from;
    const { data, tasks, fields, networks, clip, rows, augment, batch, duration, seed, ...rest } = plainPart(checked);
    const features = [...model.features.values()].map(({ input, producer, checkpoint, name, shape }): FeatureUse => {
      const { hash, tensorHash } = producerOf(producer.key);
      const which = checkpoint === undefined ? {} : { checkpoint };
      return { input, stage: hash, ...which, tensor: name, made: tensorHash(name), shape };
    });
    const fills = checked.fills.map(
      ({ task, stage, checkpoint, above }): FillPlan => ({
        task,
        stage: producerOf(stage.key).hash,
        ...(checkpoint === undefined ? {} : { checkpoint }),
        ...(above === undefined ? {} : { above }),
      }),
    );
    // The order of the keys is part of the hash.
    return {
      data,
      tasks,
      fields,
      features,
      ...(networks === undefined ? {} : { networks }),
      clip,
      rows,
      augment,
      batch,
      duration,
      seed,
      parameters: trained.parameters.map((parameter) => ({ ...parameter, from: source(parameter.from) })),
      states: [...model.states.values()].map(({ path, shape, start }) => ({
        path,
        shape,
        from: source(sources.get(path)?.from ?? { kind: "constant", value: start }),
        frozen: trained.frozen(path),
        ...sinceOf(trained.since(path)),
      })),
      ...rest,
      ...(fills.length === 0 ? {} : { fills }),
    };
  }
}

/** Nothing where there is nothing to say: what is trained from the beginning has the hash that it always had. */
function sinceOf(since: Duration | undefined): { readonly since?: Duration } {
  return since === undefined ? {} : { since };
}

/** A stage, or one of its checkpoints, as exports, sweeps and choices name it. */
export function stageOfPlan(
  checked: CheckedStage,
  plans: StagePlans,
  checkpoint?: string,
): { readonly kind: "stage"; readonly hash: string; readonly checkpoint?: string } {
  return {
    kind: "stage",
    get hash() {
      return plans.planOf(checked).hash;
    },
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}

/** What of a stage's plan names no other stage, weights apart. */
function plainPart(checked: CheckedStage) {
  const { built, training, trained, loss } = checked;
  const { model } = built;
  const later = laterOf(checked);
  return {
    data: checked.data,
    tasks: checked.tasks,
    fields: [...model.fields.keys()],
    ...(model.networks.size === 0 ? {} : { networks: networksOf(checked) }),
    clip: model.clip,
    rows: training.rows,
    augment: training.augment,
    batch: training.batch,
    duration: training.duration,
    seed: training.seed,
    groups: trained.groups,
    optimiser: training.optimiser,
    maxGradientNorm: training.maxGradientNorm,
    ema: training.ema,
    evaluate: training.evaluate,
    keep: training.keep,
    patience: training.patience,
    scalars: loss.scalars,
    facts: loss.facts,
    terms: [...loss.terms.keys()],
    ...(training.balance.length === 0 ? {} : { balance: training.balance }),
    ...(training.sample === undefined ? {} : { sample: training.sample }),
    ...(training.shares.length === 0 ? {} : { blend: training.shares }),
    ...(training.hide.length === 0 ? {} : { hide: training.hide }),
    ...(training.mix.length === 0 ? {} : { mix: training.mix }),
    ...(training.views.size === 0 ? {} : { views: training.views }),
    ...(training.accumulate === 1 ? {} : { accumulate: training.accumulate }),
    ...(training.sharpness === undefined ? {} : { sharpness: training.sharpness }),
    ...(training.precision === "fp32" ? {} : { precision: training.precision }),
    ...(later.length === 0 ? {} : { later }),
  };
}

function networksOf({ built }: CheckedStage): readonly NetworkUse[] {
  return [...built.model.networks.values()].map(({ path, file, frame, outputs }) => ({
    path,
    file,
    made: pictureDigest(frame.value),
    outputs: outputs.map(({ input, output, dims }) => ({
      input,
      ...(output === undefined ? {} : { output }),
      shape: dims,
    })),
  }));
}

const quickTexts = new WeakMap<CheckedStage, string>();

/** The plain part, how much there is of the rest, and which tensors of other stages are read. */
function quickText(checked: CheckedStage): string {
  const known = quickTexts.get(checked);
  if (known !== undefined) return known;
  const { features, parameters, states } = checked.built.model;
  const text = toJson([plainPart(checked), [...features.keys()], parameters.size, states.size]);
  quickTexts.set(checked, text);
  return text;
}

/** Whether the last steps of two losses differ, such as in a weight. */
function differAtTheEnd(a: CheckedStage, b: CheckedStage): boolean {
  const queue: (readonly [Value | undefined, Value | undefined])[] = [...a.loss.terms].map(([name, value]) => [
    value,
    b.loss.terms.get(name),
  ]);
  for (let i = 0; i < Math.min(queue.length, 200); i += 1) {
    const [x, y] = queue[i] ?? [];
    if (x === y) continue;
    if (x === undefined || y === undefined || x.source.kind !== y.source.kind) return true;
    if (x.source.kind === "constant" && y.source.kind === "constant" && x.type.shape.length === 0)
      if (x.source.data[0] !== y.source.data[0]) return true;
    if (x.source.kind !== "node" || y.source.kind !== "node") continue;
    const [m, n] = [x.source.node, y.source.node];
    if (m.op !== n.op || m.inputs.length !== n.inputs.length) return true;
    m.inputs.forEach((input, k) => {
      queue.push([input, n.inputs[k]]);
    });
  }
  return false;
}

/** What of a stage's graph decides its identity: the terms of the loss, and the heads. */
export function decidingGraph(checked: CheckedStage): Graph {
  const terms = [...checked.loss.computed.terms].map(([name, value]) => ({ name: `loss/${name}`, value }));
  return { name: "stage", outputs: [...terms, ...headOutputs(checked)] };
}

/** What decides the values of a named tensor, weights apart: it may lie on no way to a loss or a head. */
function tensorHash(checked: CheckedStage, name: string): string {
  return digestOf(graphText({ name: "tensor", outputs: [{ name: "value", value: tensorNamed(checked, name) }] }));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** What was checked and cannot be carried out: it decides identity all the same. */
function laterOf({ training, built }: CheckedStage): readonly string[] {
  return [...training.later, ...(built.stage.declaration.verb === "apply" ? ["apply"] : [])];
}

/** Plain JSON with maps as objects. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, each: unknown) => (each instanceof Map ? Object.fromEntries(each) : each), indent);
}
