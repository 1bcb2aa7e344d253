import type { Value } from "../ir/graph.ts";
import { type LossRule, losses } from "../library/losses/index.ts";
import { type TaskMeaning, widthOf } from "../library/task.ts";
import { activated } from "./activation.ts";
import { classWeights, counted } from "./class-weights.ts";
import { comparison, ofTensors } from "./comparison.ts";
import type { Env } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import { headOf } from "./loss-head.ts";
import type { LossMaking } from "./loss-making.ts";
import { type ModelData, partsOf } from "./model-data.ts";
import type { Reporter } from "./reporter.ts";
import { type CallThing, type Given, placeIn, type TaskThing, type Thing } from "./things.ts";
import { describeThing } from "./type.ts";

/** A loss of the library over a task's head and its labels, or over two predictions or tensors (language rule 52). */
export function libraryLoss(call: CallThing, env: Env, making: LossMaking): Value {
  const reporter: Reporter = env.session.reporter;
  const subject = call.args.get("task") ?? { kind: "none" };
  const rule = losses[call.name];
  if (rule === undefined) return reporter.silent();
  if (subject.kind === "poison") return reporter.silent();
  const to = call.args.get("to");
  const tasks = [subject, to].filter((thing) => thing?.kind === "task");
  for (const task of tasks) if (task?.kind === "task") admit(call, task, rule, making, reporter);
  if (to !== undefined && tasks.length > 0) return comparison(call, [subject, to], rule, env, making);
  if (subject.kind === "task") return ofTask(call, subject, rule, env, making);
  if (rule.ofTensors === undefined || to === undefined) {
    return reporter.refuse("wrong-type", call.span, {
      what: `what \`${call.name}\` is of`,
      expected: rule.ofTensors === undefined ? "a task" : "a task, or two tensors",
      actual: describeThing(subject),
    });
  }
  return ofTensors(call, [subject, to], rule.ofTensors, env, making);
}

/** A loss goes with some meanings only. */
function admit(call: CallThing, task: TaskThing, rule: LossRule, making: LossMaking, reporter: Reporter): void {
  const { meaning } = task;
  const mixed =
    meaning.kind === "classes" && rule.takesMixtures === true && hasMixtures(making.built.model.data, task.name);
  if (mixed || rule.takes.includes(meaning.kind)) return;
  const better = Object.entries(losses).flatMap(([name, other]) =>
    other.takes.includes(meaning.kind) ? [`\`${name}\``] : [],
  );
  reporter.refuse(
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

function ofTask(call: CallThing, task: TaskThing, rule: LossRule, env: Env, making: LossMaking): Value {
  const reporter: Reporter = env.session.reporter;
  const { model } = making.built;
  const head = headOf(task, call, making, reporter);
  const { meaning } = head.task;
  if (rule.build === undefined)
    return reporter.refuse("missing-argument", call.span, {
      callee: `\`${call.name}\``,
      name: "to",
      expected: "a task or a tensor",
    });
  if (rule.leastRows !== undefined) making.leastRows.push({ loss: call.name, rows: rule.leastRows, span: call.span });
  checkOptions(call, meaning, rule, reporter);
  const options = new Map<string, number | boolean>(Object.entries(rule.settings ?? {}));
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
    counted: (kind) => counted(kind, task.name, [widthOf(meaning)], making),
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
  scale: [0.001, 1000],
  adjust: [0, 10],
};

function checkOptions(call: CallThing, meaning: TaskMeaning, rule: LossRule, reporter: Reporter): void {
  for (const [name, thing] of call.args) {
    const only = rule.onlyFor?.[name];
    if (only !== undefined && only !== meaning.kind && thing.kind !== "none")
      reporter.report(
        "unknown-argument",
        placeIn(call, name),
        { callee: `\`${call.name}\` of ${meaning.kind}`, name },
        { help: `it is for ${only}; \`weight\` weighs ${meaning.kind}` },
      );
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

/** An argument of a loss of the user's own. */
export function givenThing(given: Given, env: Env): Thing | undefined {
  return given.thing ?? (given.expr === undefined ? undefined : evaluate(given.expr, given.env ?? env));
}
