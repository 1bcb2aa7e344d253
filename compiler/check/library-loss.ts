import type { Value } from "../ir/graph.ts";
import { type LossRule, losses } from "../library/losses/index.ts";
import { weightedMean } from "../library/losses/masked.ts";
import { maskWidthOf, widthOf } from "../library/task.ts";
import * as v from "../ops/vocabulary.ts";
import { activated } from "./activation.ts";
import { classWeights } from "./class-weights.ts";
import type { Env } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import type { LossMaking } from "./loss-making.ts";
import { labelInput, presentOf } from "./model-build.ts";
import { type ModelData, partsOf } from "./model-data.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import { printAxes } from "./signature.ts";
import { toTensor } from "./tensor-arithmetic.ts";
import { combine } from "./tensors/index.ts";
import { type CallThing, dimsOf, type Given, placeIn, type TaskThing, type TensorThing, type Thing } from "./things.ts";
import { describeThing } from "./type.ts";
import { makeUse } from "./use.ts";

/** A loss of the library over a task's head, or over two tensors (language rule 52). */
export function libraryLoss(call: CallThing, env: Env, making: LossMaking): Value {
  const reporter: Reporter = env.session.reporter;
  const subject = call.args.get("task") ?? { kind: "none" };
  const rule = losses[call.name];
  if (rule === undefined) return reporter.silent();
  if (subject.kind === "poison") return reporter.silent();
  if (subject.kind === "task") return ofTask(call, subject, rule, env, making);
  const to = call.args.get("to");
  if (rule.ofTensors === undefined || to === undefined) {
    return reporter.refuse("wrong-type", call.span, {
      what: `what \`${call.name}\` is of`,
      expected: rule.ofTensors === undefined ? "a task" : "a task, or two tensors",
      actual: describeThing(subject),
    });
  }
  return ofTensors(call, subject, to, rule, env, making);
}

/** The head of a task that a loss is of and its labels, as its view has them; with views, a task must say which is meant. */
export function headOf(task: TaskThing, call: CallThing, making: LossMaking, reporter: Reporter) {
  const { model, stage } = making.built;
  const related = [{ span: stage.span, text: `in ${stage.label}` }];
  const head = model.heads.get(task.name);
  if (head === undefined) {
    const names = [...model.heads.keys()];
    const help =
      suggestion(task.name, names) ?? `it has ${names.map((name) => `\`${name}\``).join(", ") || "no heads"}`;
    return reporter.refuse("no-head", call.span, { task: task.name }, { help, related });
  }
  if (making.views.length > 0 && task.view === undefined) {
    const [first] = making.views;
    const views = making.views.map(({ name }) => `\`${name}\``).join(", ");
    reporter.report(
      "needs-view",
      call.span,
      { task: task.name, views },
      { help: `such as ${first?.name}.${task.name}`, related },
    );
  }
  const seen = task.view?.of ?? ((value: Value) => value);
  const { meaning } = task;
  const [label, mask] = [
    labelInput(model, "label", task.name, widthOf(meaning)),
    labelInput(model, "mask", task.name, maskWidthOf(meaning)),
  ];
  return {
    ...head,
    logits: { ...head.logits, wire: seen(head.logits.wire) },
    label: { ...label, wire: seen(label.wire) },
    mask: { ...mask, wire: seen(mask.wire) },
  };
}

function ofTask(call: CallThing, task: TaskThing, rule: LossRule, env: Env, making: LossMaking): Value {
  const reporter: Reporter = env.session.reporter;
  const { model } = making.built;
  const { meaning } = task;
  const mixed = meaning.kind === "classes" && rule.takesMixtures === true && hasMixtures(model.data, task.name);
  if (!mixed && !rule.takes.includes(meaning.kind)) {
    const better = Object.entries(losses).flatMap(([name, other]) =>
      other.takes.includes(meaning.kind) ? [`\`${name}\``] : [],
    );
    return reporter.refuse(
      "loss-against-task",
      call.span,
      {
        loss: `\`${call.name}\``,
        task: `\`${task.name}\` (${meaning.kind})`,
        expected: rule.takes.join(" or "),
      },
      { help: `${meaning.kind === "scalar" ? "a scalar goes" : `${meaning.kind} go`} with ${better.join(", ")}` },
    );
  }
  const head = headOf(task, call, making, reporter);
  const to = call.args.get("to");
  if (to !== undefined && to.kind === "task") {
    headOf(to, call, making, reporter);
    if (to.meaning.kind !== meaning.kind || widthOf(to.meaning) !== widthOf(meaning))
      reporter.report("wrong-type", call.span, {
        what: `what \`${call.name}\` compares with \`${task.name}\``,
        expected: `${widthOf(meaning)} ${meaning.kind}`,
        actual: `\`${to.name}\``,
      });
  } else if (to !== undefined) {
    const other = toTensor(to, env, call.span);
    if (other === undefined)
      reporter.refuse("wrong-type", call.span, {
        what: `what \`${call.name}\` compares with`,
        expected: "a task or a tensor",
        actual: describeThing(to),
      });
    if (dimsOf(other).at(-1) !== widthOf(meaning))
      reporter.report("shape-mismatch", call.span, {
        what: `\`${call.name}\``,
        left: printAxes(head.logits),
        right: printAxes(other),
      });
  } else if (rule.compares === true) {
    reporter.refuse("missing-argument", call.span, {
      callee: `\`${call.name}\``,
      name: "to",
      expected: "a task or a tensor",
    });
  }
  if (rule.leastRows !== undefined) making.leastRows.push({ loss: call.name, rows: rule.leastRows, span: call.span });
  checkOptions(call, reporter);
  const smooth = numberIn(call, "smoothing", 0) !== 0;
  if (rule.later === true || to !== undefined || smooth)
    reporter.report("not-yet", call.span, {
      what: smooth ? "label smoothing" : to === undefined ? `\`${call.name}\`` : `\`${call.name}\` to something`,
    });
  const options = new Map<string, number | boolean>();
  for (const [name, thing] of call.args)
    if (thing.kind === "number" || thing.kind === "bool") options.set(name, thing.value);
  const weightOf = (name: string) => classWeights(call, name, task.name, meaning, env, making);
  const { g } = model;
  return rule.build(g, {
    meaning,
    logits: head.logits.wire,
    output: activated(g, head.task, head.logits.wire),
    label: head.label.wire,
    mask: head.mask.wire,
    weight: weightOf("weight"),
    positiveWeight: weightOf("pos_weight"),
    options,
  });
}

/** Whether a row can have several classes at once, with shares. */
function hasMixtures(data: ModelData, task: string): boolean {
  return partsOf(data).some((part) => {
    const labels = part.entries.get("labels");
    const own = labels?.kind === "map" ? labels.entries.get(task) : undefined;
    return own?.kind === "call" && own.args.has("mixtures");
  });
}

const optionRanges: Readonly<Record<string, readonly [number, number]>> = {
  smoothing: [0, 1],
  gamma: [0, 20],
  gamma_neg: [0, 20],
  gamma_pos: [0, 20],
  alpha: [0, 1],
  margin: [0, 1],
  scale: [0, 1000],
};

function checkOptions(call: CallThing, reporter: Reporter): void {
  for (const [name, thing] of call.args) {
    const range = optionRanges[name];
    if (range === undefined || thing.kind !== "number") continue;
    if (thing.value < range[0] || thing.value > range[1])
      reporter.report("out-of-range", placeIn(call, name), {
        what: `\`${name}\` of \`${call.name}\``,
        expected: `from ${range[0]} to ${range[1]}`,
        actual: thing.value,
      });
  }
}

/** The mean over every entry of real frames. */
function ofTensors(call: CallThing, subject: Thing, to: Thing, rule: LossRule, env: Env, making: LossMaking): Value {
  const reporter: Reporter = env.session.reporter;
  const [a, b] = [subject, to].map((thing): TensorThing => {
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
  if (a === undefined || b === undefined || rule.ofTensors === undefined || env.body === undefined)
    return reporter.silent();
  const { model } = making.built;
  const use = makeUse(call.name, `loss.${call.name}`, env, env.body, call.span, undefined);
  const difference = combine(use, "-", a, b);
  const { g } = model;
  const each = rule.ofTensors(g, difference.wire);
  if (model.clip?.pad !== "mask" || !difference.axes.includes("time")) return v.meanAll(g, each);
  const present = presentOf(model);
  const shape = each.type.shape;
  const weights = v.broadcast(g, v.reshape(g, present, [...shape.slice(0, 2), ...shape.slice(2).map(() => 1)]), shape);
  return weightedMean(g, each, weights);
}

/** An argument of a loss of the user's own. */
export function givenThing(given: Given, env: Env): Thing | undefined {
  return given.thing ?? (given.expr === undefined ? undefined : evaluate(given.expr, given.env ?? env));
}
