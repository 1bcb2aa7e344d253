import type { GraphBuilder } from "../ir/builder.ts";
import type { Value } from "../ir/graph.ts";
import type { LossRule, Prediction } from "../library/losses/index.ts";
import { weightedMean } from "../library/losses/masked.ts";
import { type TaskMeaning, widthOf } from "../library/task.ts";
import * as v from "../ops/vocabulary.ts";
import { activated } from "./activation.ts";
import type { Env } from "./env.ts";
import { headOf } from "./loss-head.ts";
import type { LossMaking } from "./loss-making.ts";
import { type HeadBuild, type ModelBuild, presentOf } from "./model-build.ts";
import type { Reporter } from "./reporter.ts";
import { printAxes } from "./signature.ts";
import { toTensor } from "./tensor-arithmetic.ts";
import { combine } from "./tensors/index.ts";
import { type CallThing, dimsOf, type TensorThing, type Thing } from "./things.ts";
import { describeThing } from "./type.ts";
import { makeUse } from "./use.ts";

type Two = readonly [Thing, Thing];

/**
 * A loss between two predictions of a task: heads of the model, in one view or in two, or one and a tensor, such as another stage's head.
 * No label is needed, so every real frame counts (language rule 52).
 */
export function comparison(call: CallThing, two: Two, rule: LossRule, env: Env, making: LossMaking): Value {
  const reporter: Reporter = env.session.reporter;
  const { model } = making.built;
  const { g } = model;
  const tasks = two.flatMap((thing) => (thing.kind === "task" ? [thing] : []));
  const heads = tasks.map((task) => headOf(task, call, making, reporter));
  const [head, second] = heads;
  if (head === undefined) return reporter.silent();
  const { task } = head;
  const other = second?.task;
  const { meaning } = task;
  if (rule.compare === undefined)
    return reporter.refuse("wrong-type", call.span, {
      what: `what \`${call.name}\` is of`,
      expected: "a task and its labels",
      actual: "two predictions",
    });
  if (other !== undefined && (other.meaning.kind !== meaning.kind || widthOf(other.meaning) !== widthOf(meaning)))
    reporter.refuse("wrong-type", call.span, {
      what: `what \`${call.name}\` compares with \`${task.name}\``,
      expected: `${widthOf(meaning)} ${meaning.kind}`,
      actual: `\`${other.name}\``,
    });
  const [a, b] = two.map((thing, i): Prediction => {
    if (thing.kind === "task") return predictionOf(g, heads[tasks.indexOf(thing)] ?? heads[i] ?? head);
    return { logits: undefined, output: outputLike(thing, head, call, env).wire };
  });
  if (a === undefined || b === undefined) return reporter.silent();
  return meanOverFrames(model, rule.compare(g, meaning, a, b), head.logits.axes.includes("time"));
}

/** The probabilities that a head means, whether or not it has its activation. */
function predictionOf(g: GraphBuilder, { task, logits: { wire } }: HeadBuild): Prediction {
  const output = (kind: TaskMeaning["kind"]): Value => {
    if (kind === "units") return v.sigmoid(g, wire);
    return kind === "classes" ? v.softmax(g, wire, wire.type.shape.length - 1) : activated(g, task, wire);
  };
  return { logits: wire, output: output(task.meaning.kind) };
}

/** A tensor of a head's sizes, or one for all frames. */
function outputLike(thing: Thing, head: HeadBuild, call: CallThing, env: Env): TensorThing {
  const reporter: Reporter = env.session.reporter;
  const tensor =
    toTensor(thing, env, call.span) ??
    reporter.refuse("wrong-type", call.span, {
      what: `what \`${call.name}\` compares with`,
      expected: "a task or a tensor",
      actual: describeThing(thing),
    });
  checkShares(thing, head, call, reporter);
  const { shape } = tensor.wire.type;
  const full = shape.length === head.logits.wire.type.shape.length && tensor.batched;
  if (dimsOf(tensor).at(-1) !== dimsOf(head.logits).at(-1) || !(full || (shape.length === 1 && !tensor.batched)))
    reporter.refuse("shape-mismatch", call.span, {
      what: `\`${call.name}\``,
      left: printAxes(head.logits),
      right: printAxes(tensor),
    });
  return tensor;
}

/** Numbers that are written out are those of a distribution, for the units one by one. */
function checkShares(thing: Thing, { task: { meaning } }: HeadBuild, call: CallThing, reporter: Reporter): void {
  if (thing.kind !== "list" || meaning.kind === "scalar") return;
  const shares = thing.items.flatMap((item) => (item.kind === "number" ? [item.value] : []));
  const sum = shares.reduce((total, share) => total + share, 0);
  const isOfUnits = meaning.kind === "units";
  if (shares.every((share) => share >= 0 && share <= 1) && (isOfUnits || Math.abs(sum - 1) <= 1e-3)) return;
  reporter.refuse("out-of-range", call.span, {
    what: `what \`${call.name}\` compares with`,
    expected: isOfUnits ? "numbers from 0 to 1" : "shares of at least 0 that come to 1",
    actual: shares.join(", "),
  });
}

/** The mean of what each entry of the difference of two tensors costs. */
export function ofTensors(
  call: CallThing,
  two: Two,
  costs: (g: GraphBuilder, difference: Value) => Value,
  env: Env,
  making: LossMaking,
): Value {
  const reporter: Reporter = env.session.reporter;
  const [a, b] = two.map((thing): TensorThing => {
    const tensor = toTensor(thing, env, call.span);
    return (
      tensor ??
      reporter.refuse("wrong-type", call.span, {
        what: `what \`${call.name}\` compares`,
        expected: "a task or a tensor",
        actual: describeThing(thing),
      })
    );
  });
  if (a === undefined || b === undefined || env.body === undefined) return reporter.silent();
  const { model } = making.built;
  const use = makeUse(call.name, `loss.${call.name}`, env, env.body, call.span, undefined);
  const difference = combine(use, "-", a, b);
  const each = costs(model.g, difference.wire);
  return difference.batched ? meanOverFrames(model, each, difference.axes.includes("time")) : v.meanAll(model.g, each);
}

/** The mean over every entry of what is there: neither padding of a clip nor of an epoch's last batch counts. */
function meanOverFrames(model: ModelBuild, each: Value, timed: boolean): Value {
  const { g } = model;
  const frames = presentOf(model);
  const lead = timed || model.time === undefined ? frames : v.reduceMax(g, frames, [1]);
  const { shape } = each.type;
  const there = v.reshape(g, lead, [...lead.type.shape, ...shape.slice(lead.type.shape.length).map(() => 1)]);
  return weightedMean(g, each, v.broadcast(g, there, shape));
}
