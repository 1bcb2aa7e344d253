import type { CheckedStage } from "../check/check-stage.ts";
import { carriedMark } from "../check/signature.ts";
import { dimsOf, type TensorThing, type Thing } from "../check/things.ts";
import type { Seen } from "../check/trace.ts";
import type { Paths } from "../draw/paths.ts";
import { axesText } from "../draw/shape-text.ts";

/** A tensor that has a name, and its shape per row: `[time, d: 768]`. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: string;
  /** Where it comes from: `field`, `feature` of another stage, a `head`, or a definition. */
  readonly kind: "field" | "feature" | "definition" | "head";
}

/** Every tensor with a name, down to a depth: at 1 those of the model's body, at 2 those of the modules it uses, and so on. */
export function namedTensors({ built }: CheckedStage, seen: Seen, paths: Paths, depth: number): readonly NamedTensor[] {
  const { model, names } = built;
  const deeper = [...seen.definitions].filter(([path]) => {
    const steps = paths.stepsOf(path).length;
    return steps > 1 && steps <= depth;
  });
  return [
    ...[...model.fields].map(([name, tensor]) => named(name, tensor, "field")),
    ...[...model.features.values()].map(({ input, value }) => named(input, value, "feature")),
    ...[...names].flatMap(([name, thing]) => (model.fields.has(name) ? [] : tensorsIn(name, thing))),
    ...deeper.flatMap(([path, { thing }]) => tensorsIn(path, thing)),
    ...[...model.heads].map(([name, { logits }]) => named(name, logits, "head")),
  ];
}

function tensorsIn(name: string, thing: Thing): readonly NamedTensor[] {
  if (thing.kind === "tensor") return [named(name, thing, "definition")];
  if (thing.kind === "map") return [...thing.entries].flatMap(([key, each]) => tensorsIn(`${name}.${key}`, each));
  if (thing.kind === "list") return thing.items.flatMap((each, i) => tensorsIn(`${name}[${i}]`, each));
  return [];
}

function named(name: string, tensor: TensorThing, kind: NamedTensor["kind"]): NamedTensor {
  const axes = tensor.axes.map((axis) => axis.replaceAll(carriedMark, ""));
  return { name, shape: axesText(axes, dimsOf(tensor)), kind };
}
