import type { Span } from "../diagnostics/source.ts";
import type { Value } from "../ir/graph.ts";
import { losses } from "../library/losses/index.ts";
import { maskWidthOf, type TaskMeaning, widthOf } from "../library/task.ts";
import type { FactPlan, Schedule } from "../lower/plan.ts";
import * as v from "../ops/vocabulary.ts";
import { activated } from "./activation.ts";
import { type Body, define } from "./body.ts";
import { type Env, inner } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import { type HeadBuild, labelInput, type StageBuild } from "./model-build.ts";
import { applyUserModule, printAxes } from "./modules.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import { scheduleOf } from "./schedules.ts";
import type { Session } from "./session.ts";
import { entryOf, stageEntry, stageScope } from "./stage-entry.ts";
import type { CallThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";

/** The terms of a stage's loss, each one number of the graph, and what the runtime must feed for them. */
export interface LossBuild {
  readonly terms: ReadonlyMap<string, Value>;
  /** Whether no mistake was met: else a term may be missing. */
  readonly complete: boolean;
  readonly facts: ReadonlyMap<string, FactPlan>;
  readonly scalars: ReadonlyMap<string, Schedule>;
  readonly leastRows: readonly LeastRows[];
  /** The scope in which terms stand: the stage's parameters over the model's names. */
  readonly scope: Env;
}

/** A loss that says nothing about fewer labelled rows in a step than these. */
export interface LeastRows {
  readonly loss: string;
  readonly rows: number;
  readonly span: Span;
}

interface Making {
  readonly leastRows: LeastRows[];
  readonly built: StageBuild;
  readonly facts: Map<string, FactPlan>;
  readonly scalars: Map<string, Schedule>;
}

/** Builds the loss map (language rules 51 to 53); without one, every head's usual loss with weight 1. */
export function buildLoss(session: Session, built: StageBuild): LossBuild {
  const { stage, model } = built;
  const reporter: Reporter = session.reporter;
  const making: Making = { leastRows: [], built, facts: new Map(), scalars: new Map() };
  const body: Body = { build: model, path: "loss", definition: "", repeated: new Set(), made: new Map(), depth: 0 };
  const scope = lossScope(session, built, body);
  const terms = new Map<string, Value>();
  const before = session.reporter.errors;
  const given = stageEntry(stage, "loss", scope);
  const span = entryOf(stage, "loss")?.span ?? stage.declaration.span;
  if (given?.kind === "map") {
    for (const [name, thing] of given.entries) {
      const place: Env = { ...scope, body: { ...define(body, name, { kind: "none", span }), made: new Map() } };
      attempt(
        () => terms.set(name, lossValue(thing, name, given.places.get(name) ?? span, place, making)),
        () => undefined,
      );
    }
  } else {
    for (const [name, head] of model.heads) {
      const call = usualLoss(head);
      attempt(
        () => terms.set(name, lossValue(call, name, span, scope, making)),
        () => undefined,
      );
    }
  }
  const poisoned = given?.kind === "map" && [...given.entries.values()].some(({ kind }) => kind === "poison");
  if (!poisoned && session.reporter.errors === before && (given === undefined || given.kind === "map")) {
    for (const [task, head] of model.heads) {
      if (!reaches([...terms.values()], head.logits.wire))
        reporter.report(
          "head-without-loss",
          head.span,
          { task },
          { related: [{ span: stage.span, text: `in ${stage.label}` }] },
        );
    }
  }
  if (terms.size === 0 && model.heads.size === 0)
    reporter.report("missing-key", stage.declaration.span, {
      where: `${stage.label}, whose model has no head,`,
      key: "loss",
    });
  const complete = !poisoned && session.reporter.errors === before;
  return { terms, complete, leastRows: making.leastRows, facts: making.facts, scalars: making.scalars, scope };
}

export function lossScope(session: Session, built: StageBuild, body: Body): Env {
  const parameters = stageScope(session, built.stage);
  const names = new Map([...built.names, ...(parameters.local?.names ?? [])]);
  return inner({ ...parameters, local: undefined }, names, body);
}

function usualLoss({ task, span }: HeadBuild): CallThing {
  const names = { units: "bce", classes: "ce" } as const;
  const { meaning } = task;
  const name =
    meaning.kind === "scalar" ? (Number.isFinite(meaning.max - meaning.min) ? "ccc" : "mse") : names[meaning.kind];
  return { kind: "call", family: "loss", name, args: new Map([["task", task]]), span };
}

/** Whether a value is among those that others are made of. */
function reaches(from: readonly Value[], wanted: Value): boolean {
  const seen = new Set<Value>();
  const stack = [...from];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (value === wanted) return true;
    if (seen.has(value) || value.source.kind !== "node") continue;
    seen.add(value);
    for (const input of value.source.node.inputs) if (input !== undefined) stack.push(input);
  }
  return false;
}

function lossValue(thing: Thing, term: string, span: Span, env: Env, making: Making): Value {
  const reporter: Reporter = env.session.reporter;
  const { g } = making.built.model;
  switch (thing.kind) {
    case "poison":
      throw new Refusal();
    case "tensor":
      if (thing.axes.length > 0 || thing.batched) {
        return reporter.refuse("wrong-type", span, {
          what: `the term \`${term}\``,
          expected: "one number",
          actual: printAxes(thing),
        });
      }
      return thing.wire;
    case "call":
      if (thing.family === "loss")
        return thing.declared === undefined ? libraryLoss(thing, env, making) : declaredLoss(thing, env, making);
      break;
    case "combined":
      if (thing.family === "loss") {
        const left = () => lossValue(thing.left, term, span, env, making);
        const right = () => lossValue(thing.right, term, span, env, making);
        if (thing.operator === "+") return v.add(g, left(), right());
        if (thing.operator === "-") return v.subtract(g, left(), right());
        const leftIsFactor = isFactor(thing.left);
        const factor = factorValue(leftIsFactor ? thing.left : thing.right, term, env, making);
        const of = leftIsFactor ? right() : left();
        return thing.operator === "/" ? v.divide(g, of, factor) : v.multiply(g, of, factor);
      }
      break;
    default:
  }
  return reporter.refuse("wrong-type", span, {
    what: `the term \`${term}\``,
    expected: "a loss, such as bce(au)",
    actual: describeThing(thing),
  });
}

function isFactor(thing: Thing): boolean {
  return (
    thing.kind === "number" || ((thing.kind === "call" || thing.kind === "combined") && thing.family === "schedule")
  );
}

/** A number is a constant of the graph, a schedule an input that the runtime feeds. */
function factorValue(thing: Thing, term: string, env: Env, making: Making): Value {
  const { g } = making.built.model;
  if (thing.kind === "number") return g.scalar(thing.value);
  let name = `weight/${term}`;
  for (let i = 2; making.scalars.has(name); i += 1) name = `weight/${term}.${i}`;
  making.scalars.set(name, scheduleOf(thing, env.session.reporter));
  return g.input("scalar", name, { dtype: "float32", shape: [] });
}

function libraryLoss(call: CallThing, env: Env, making: Making): Value {
  const reporter: Reporter = env.session.reporter;
  const { model } = making.built;
  const rule = losses[call.name];
  const subject = call.args.get("task");
  if (rule === undefined || subject === undefined)
    return reporter.refuse("not-yet", call.span, { what: `\`${call.name}\`` });
  if (subject.kind !== "task") {
    return reporter.refuse(subject.kind === "tensor" ? "not-yet" : "wrong-type", call.span, {
      what: subject.kind === "tensor" ? `\`${call.name}\` of tensors` : `what \`${call.name}\` is of`,
      expected: "a task",
      actual: describeThing(subject),
    });
  }
  const { meaning } = subject;
  if (!rule.takes.includes(meaning.kind)) {
    return reporter.refuse("loss-against-task", call.span, {
      loss: `\`${call.name}\``,
      task: `\`${subject.name}\` (${meaning.kind})`,
      expected: rule.takes.join(" or "),
    });
  }
  const head = model.heads.get(subject.name);
  if (head === undefined) {
    return reporter.refuse(
      "no-head",
      call.span,
      { task: subject.name },
      {
        help: `it has ${[...model.heads.keys()].map((name) => `\`${name}\``).join(", ") || "no heads"}`,
        related: [{ span: making.built.stage.span, text: `in ${making.built.stage.label}` }],
      },
    );
  }
  if (rule.leastRows !== undefined) making.leastRows.push({ loss: call.name, rows: rule.leastRows, span: call.span });
  const weightOf = (name: string) => classWeights(call, name, subject.name, meaning, env, making);
  const options = new Map<string, number | boolean>();
  for (const [name, thing] of call.args)
    if (thing.kind === "number" || thing.kind === "bool") options.set(name, thing.value);
  const { g } = model;
  return rule.build(g, {
    meaning,
    logits: head.logits.wire,
    output: activated(g, head.task, head.logits.wire),
    label: labelInput(model, "label", subject.name, widthOf(meaning)).wire,
    mask: labelInput(model, "mask", subject.name, maskWidthOf(meaning)).wire,
    weight: weightOf("weight"),
    positiveWeight: weightOf("pos_weight"),
    options,
  });
}

/** Weights given as numbers are constants; counted ones are facts that the data decide (language rule 65). */
function classWeights(
  call: CallThing,
  name: string,
  task: string,
  meaning: TaskMeaning,
  env: Env,
  making: Making,
): Value | undefined {
  const thing = call.args.get(name);
  if (thing === undefined || thing.kind === "none") return undefined;
  const reporter: Reporter = env.session.reporter;
  const { g } = making.built.model;
  const width = widthOf(meaning);
  if (thing.kind === "list") {
    const numbers = thing.items.flatMap((item) => (item.kind === "number" ? [item.value] : []));
    if (numbers.length !== width) {
      return reporter.refuse("out-of-range", call.span, {
        what: `the length of \`${name}\``,
        expected: `${width}, as wide as \`${task}\``,
        actual: numbers.length,
      });
    }
    return g.constant("float32", [width], Float32Array.from(numbers));
  }
  if (thing.kind === "map") {
    if (meaning.kind === "scalar") return undefined;
    const numbers = meaning.names.map((label) => {
      const weight = thing.entries.get(label);
      return weight?.kind === "number" ? weight.value : 1;
    });
    const unknown = [...thing.entries.keys()].find((key) => !meaning.names.includes(key));
    if (unknown !== undefined)
      reporter.refuse("no-member", thing.places.get(unknown) ?? call.span, { what: `\`${task}\``, name: unknown });
    return g.constant("float32", [width], Float32Array.from(numbers));
  }
  const kind: FactPlan["kind"] =
    thing.kind === "label" ? (name === "pos_weight" ? "pos_weight" : "balanced") : inverseFrequency(thing);
  const shape = kind === "balanced" && meaning.kind === "units" ? [2, width] : [width];
  const input = `${kind}/${task}`;
  making.facts.set(input, { kind, task, shape });
  return g.input("fact", input, { dtype: "float32", shape });
}

function inverseFrequency(thing: Thing): FactPlan["kind"] {
  const one = thing.kind === "call" ? thing.args.get("one") : undefined;
  return one?.kind === "label" && one.name === "mean" ? "inverse_frequency_mean" : "inverse_frequency_min";
}

/** A loss of the user: per element over logits and labels, then averaged over the mask, which it cannot forget (language rule 53). */
function declaredLoss(call: CallThing, env: Env, making: Making): Value {
  const reporter: Reporter = env.session.reporter;
  const { model } = making.built;
  const { declared } = call;
  if (declared === undefined) throw new Refusal();
  const [first, ...rest] = declared.args.positional;
  const task =
    first === undefined
      ? undefined
      : (first.thing ?? (first.expr === undefined ? undefined : evaluate(first.expr, first.env ?? env)));
  if (task?.kind !== "task") {
    return reporter.refuse("missing-argument", call.span, {
      callee: `\`${call.name}\``,
      name: "task",
      expected: "a task",
    });
  }
  const head = model.heads.get(task.name);
  if (head === undefined) return reporter.refuse("no-head", call.span, { task: task.name });
  const label = labelInput(model, "label", task.name, widthOf(task.meaning));
  const mask = labelInput(model, "mask", task.name, maskWidthOf(task.meaning));
  const inputs: Thing[] = [head.logits, label, ...(declared.declaration.inputs.length > 2 ? [mask] : [])];
  const recipe = {
    kind: "recipe" as const,
    name: call.name,
    callee: { kind: "module" as const, declaration: declared.declaration, env: declared.env },
    args: { positional: rest, named: declared.args.named },
    span: call.span,
  };
  const result = applyUserModule(
    recipe,
    declared.declaration,
    declared.env,
    inputs,
    `loss.${call.name}`,
    env,
    call.span,
  );
  if (result.kind !== "tensor")
    return reporter.refuse("wrong-type", call.span, {
      what: `what \`${call.name}\` returns`,
      expected: "a tensor",
      actual: describeThing(result),
    });
  if (result.axes.length === 0 && !result.batched) return result.wire;
  const { g } = model;
  const weights = v.broadcast(g, mask.wire, result.wire.type.shape);
  const counted = v.where(g, v.greater(g, weights, g.scalar(0)), v.multiply(g, result.wire, weights), g.scalar(0));
  return v.divide(g, v.sumAll(g, counted), v.maximum(g, v.sumAll(g, weights), g.scalar(1e-12)));
}
