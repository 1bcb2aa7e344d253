import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { CheckedStage } from "../check/check-stage.ts";
import type { StageThing } from "../check/things.ts";
import { printGraph } from "../ir/print.ts";
import { headOutputs, stageGraphs } from "./graphs.ts";
import type { FeatureUse, StagePlan, WeightSource } from "./plan.ts";

/** Everything a runtime needs of checked stages; each has one plan and one hash. */
export class StagePlans {
  readonly #plans = new Map<CheckedStage, StagePlan>();
  readonly #lookUp: (key: string) => CheckedStage;
  readonly #nameOf: (stage: StageThing) => string | undefined;

  constructor(lookUp: (key: string) => CheckedStage, nameOf: (stage: StageThing) => string | undefined) {
    this.#lookUp = lookUp;
    this.#nameOf = nameOf;
  }

  planOf(checked: CheckedStage): StagePlan {
    const known = this.#plans.get(checked);
    if (known !== undefined) return known;
    const { built, training, trained, loss, stage, sources } = checked;
    const { model } = built;
    const source = (from: WeightSource): WeightSource =>
      from.kind === "stage" ? { ...from, stage: this.planOf(this.#lookUp(from.stage)).hash } : from;
    const features = [...model.features.values()].map(
      ({ input, producer, name, shape }): FeatureUse => ({
        input,
        stage: this.planOf(this.#lookUp(producer.key)).hash,
        tensor: name,
        shape,
      }),
    );
    const described = {
      data: checked.data,
      tasks: checked.tasks,
      fields: [...model.fields.keys()],
      features,
      clip: model.clip,
      rows: training.rows,
      augment: training.augment,
      batch: training.batch,
      duration: training.duration,
      seed: training.seed,
      parameters: trained.parameters.map((parameter) => ({ ...parameter, from: source(parameter.from) })),
      states: [...model.states.values()].map(({ path, shape, start }) => ({
        path,
        shape,
        from: source(sources.get(path)?.from ?? { kind: "constant", value: start }),
        frozen: trained.frozen(path),
      })),
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
      ...(laterOf(checked).length === 0 ? {} : { later: laterOf(checked) }),
    };
    const outputs = [
      ...[...loss.terms].map(([name, value]) => ({ name: `loss/${name}`, value })),
      ...headOutputs(checked),
    ];
    // Without places: stages share nodes, and which of them made one first must not matter.
    const graph = printGraph({ name: "stage", outputs }, false);
    const plan: StagePlan = {
      ...described,
      hash: bytesToHex(sha256(utf8ToBytes(`${toJson(described)}\n${graph}`))),
      label: this.#nameOf(stage) ?? stage.label,
      call: stage.call,
      resolved: toJson(described, 2),
      graphs: stageGraphs(checked),
    };
    this.#plans.set(checked, plan);
    return plan;
  }
}

/** What was checked and cannot be carried out: it decides identity all the same. */
function laterOf({ training, trained, built }: CheckedStage): readonly string[] {
  const { data } = built.model;
  return [
    ...training.later,
    ...trained.later,
    ...(data.kind === "blend" ? [data.label] : []),
    ...(built.stage.declaration.verb === "apply" ? ["apply"] : []),
  ];
}

/** Plain JSON with maps as objects. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, each: unknown) => (each instanceof Map ? Object.fromEntries(each) : each), indent);
}
