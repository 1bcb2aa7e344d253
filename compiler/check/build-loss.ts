import type { Span } from "../diagnostics/source.ts";
import { leavesOf, type Value } from "../ir/graph.ts";
import type { FactPlan, Schedule } from "../lower/plan.ts";
import * as v from "../ops/vocabulary.ts";
import { type Body, define } from "./body.ts";
import { declaredLoss } from "./declared-loss.ts";
import { type Env, inner } from "./env.ts";
import { libraryLoss } from "./library-loss.ts";
import type { LeastRows, LossMaking } from "./loss-making.ts";
import type { StageBuild } from "./model-build.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import { scheduleOf } from "./schedules.ts";
import type { Session } from "./session.ts";
import { printAxes } from "./signature.ts";
import { entryOf, stageEntry, stageScope } from "./stage-entry.ts";
import type { CallThing, TaskThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";
import { type ViewPass, viewPasses, withoutViews } from "./view-pass.ts";
import { checkViewsRead } from "./views.ts";

/** The terms of a stage's loss, each one number of the graph, and what the runtime must feed for them. */
export interface LossBuild {
  readonly terms: ReadonlyMap<string, Value>;
  /**
   * What a training computes: the same terms, of views each over its own inputs and of a batch in passes with the sums of the whole; and
   * statistics after the last view, by path.
   */
  readonly computed: { readonly terms: ReadonlyMap<string, Value>; readonly states: ReadonlyMap<string, Value> };
  /** Where each term is written. */
  readonly places: ReadonlyMap<string, Span>;
  /** Whether no mistake was met: else a term may be missing. */
  readonly complete: boolean;
  readonly facts: ReadonlyMap<string, FactPlan>;
  readonly scalars: ReadonlyMap<string, Schedule>;
  readonly leastRows: readonly LeastRows[];
  /** Of a batch that is computed in passes, sums over the whole of it that terms are divided by, by the input's name. */
  readonly sums: ReadonlyMap<string, Value>;
  /** The scope in which terms stand: the stage's parameters over the model's names. */
  readonly scope: Env;
}

/** Builds the loss map (language rules 51 to 53); without one, every head's usual loss with weight 1. */
export function buildLoss(session: Session, built: StageBuild): LossBuild {
  const { stage, model } = built;
  const reporter: Reporter = session.reporter;
  const views = stageEntry(stage, "views", stageScope(session, stage));
  const making: LossMaking = {
    built,
    views: viewPasses(model, views?.kind === "map" ? [...views.entries.keys()] : []),
    leastRows: [],
    facts: new Map(),
    scalars: new Map(),
  };
  const body: Body = {
    build: model,
    path: "loss",
    definition: "",
    repeated: new Set(),
    made: new Map(),
    depth: 0,
    loss: true,
  };
  const scope = lossScope(session, built, body, making.views);
  const terms = new Map<string, Value>();
  const before = session.reporter.errors;
  const given = stageEntry(stage, "loss", scope);
  const span = entryOf(stage, "loss")?.span ?? stage.declaration.span;
  let lacking = given === undefined && making.views.length > 0;
  const refused = () => {
    lacking = true;
  };
  if (given?.kind === "map") {
    for (const [name, thing] of given.entries) {
      model.g.at = `loss.${name}`;
      const place: Env = { ...scope, body: { ...define(body, name, { kind: "none", span }), made: new Map() } };
      attempt<unknown>(
        () => terms.set(name, lossValue(thing, name, given.places.get(name) ?? span, place, making)),
        refused,
      );
    }
  } else if (making.views.length === 0) {
    for (const [name, head] of model.heads) {
      model.g.at = `loss.${name}`;
      const call = usualLoss(head.task, head.span);
      attempt<unknown>(() => terms.set(name, lossValue(call, name, span, scope, making)), refused);
    }
  }
  const plain = making.views.length === 0 ? undefined : withoutViews([...terms.values()], model.g);
  const ofModel = new Map([...terms].map(([name, value]) => [name, plain?.get(value) ?? value]));
  const poisoned = given?.kind === "map" && [...given.entries.values()].some(({ kind }) => kind === "poison");
  if (!poisoned && !lacking && session.reporter.errors === before && (given === undefined || given.kind === "map")) {
    const unused = without(new Set([...model.heads.values()].map(({ logits }) => logits.wire)), [...ofModel.values()]);
    for (const [task, head] of model.heads) {
      if (unused.has(head.logits.wire))
        reporter.report(
          "head-without-loss",
          head.span,
          { task },
          { related: [{ span: stage.span, text: `in ${stage.label}` }] },
        );
    }
  }
  if (given === undefined && model.heads.size === 0 && stage.declaration.verb === "train")
    reporter.report("missing-key", stage.declaration.span, {
      where: `${stage.label}, whose model has no head,`,
      key: "loss",
    });
  const complete = !poisoned && !lacking && session.reporter.errors === before;
  if (views?.kind === "map") checkViewsRead(session, built, views, complete);
  if (making.views.length > 0 && session.reporter.errors === before)
    refuseUnseen(terms, given, span, making.views, reporter);
  const named = given?.kind === "map" ? [...given.entries.keys()] : [...model.heads.keys()];
  return {
    terms: ofModel,
    computed: { terms, states: statesAfter(making) },
    places: given?.kind === "map" ? given.places : new Map(),
    complete,
    leastRows: making.leastRows,
    sums: new Map(),
    facts: making.facts,
    scalars: new Map([
      ...[...model.schedules].map(([name, thing]) => [name, scheduleOf(thing, reporter)] as const),
      ...making.scalars,
    ]),
    scope: inner(scope, [["loss", termsThing(named, span)]]),
  };
}

/** Statistics after the last of several passes, by path. */
function statesAfter({ built: { model }, views }: LossMaking): ReadonlyMap<string, Value> {
  const last = views.at(-1);
  return new Map(
    [...model.states].flatMap(([path, { next }]) =>
      next === undefined ? [] : [[path, last === undefined ? next : last.of(next)] as const],
    ),
  );
}

/** With views, a tensor of the model is one of a view: nothing is computed beside them. */
function refuseUnseen(
  terms: ReadonlyMap<string, Value>,
  given: Thing | undefined,
  span: Span,
  views: readonly ViewPass[],
  reporter: Reporter,
): void {
  for (const [name, value] of terms) {
    const unseen = leavesOf({ name, outputs: [{ name, value }] }).some(
      ({ source }) => source.kind === "input" && source.role === "field" && !source.name.includes("/"),
    );
    if (unseen)
      reporter.report(
        "wrong-type",
        (given?.kind === "map" ? given.places.get(name) : undefined) ?? span,
        { what: `what the term \`${name}\` reads of the model`, expected: "of a view", actual: "of none" },
        { help: `a tensor x of the view ${views[0]?.name} is ${views[0]?.name}.x` },
      );
  }
}

/** `loss.va`, as `keep` and `balance` name it. */
function termsThing(names: readonly string[], span: Span): Thing {
  const term = (name: string): Thing => ({ kind: "call", family: "term", name, args: new Map(), span });
  return { kind: "map", entries: new Map(names.map((name) => [name, term(name)])), places: new Map() };
}

function lossScope(session: Session, built: StageBuild, body: Body, views: readonly ViewPass[]): Env {
  const parameters = stageScope(session, built.stage);
  const seen = views.map((pass): [string, Thing] => [pass.name, { kind: "view", pass }]);
  const names = new Map([...built.names, ...(parameters.local?.names ?? []), ...seen]);
  return inner({ ...parameters, local: undefined }, names, body);
}

/** What a head is trained by where the stage sets no loss (language rule 83). */
export function usualLoss(task: TaskThing, span: Span): CallThing {
  const names = { units: "bce", classes: "ce" } as const;
  const { meaning } = task;
  const name =
    meaning.kind === "scalar" ? (Number.isFinite(meaning.max - meaning.min) ? "ccc" : "mse") : names[meaning.kind];
  return { kind: "call", family: "loss", name, args: new Map([["task", task]]), span };
}

/** Of some values, those that others are not made of. Heads lie near the losses: the nearest are looked at first, and the search ends with the last. */
function without(wanted: Set<Value>, from: readonly Value[]): ReadonlySet<Value> {
  const seen = new Set(from);
  for (const value of seen) {
    wanted.delete(value);
    if (wanted.size === 0) break;
    if (value.source.kind === "node")
      for (const input of value.source.node.inputs) if (input !== undefined) seen.add(input);
  }
  return wanted;
}

function lossValue(thing: Thing, term: string, span: Span, env: Env, making: LossMaking): Value {
  const reporter: Reporter = env.session.reporter;
  const { g } = making.built.model;
  switch (thing.kind) {
    case "poison":
      throw new Refusal();
    case "tensor":
      if (thing.axes.length > 0) {
        return reporter.refuse("wrong-type", span, {
          what: `the term \`${term}\``,
          expected: "one number",
          actual: printAxes(thing),
        });
      }
      // One number for each sample: their mean.
      return thing.batched ? v.meanAll(g, thing.wire) : thing.wire;
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
function factorValue(thing: Thing, term: string, env: Env, making: LossMaking): Value {
  const { g } = making.built.model;
  if (thing.kind === "number") return g.scalar(thing.value);
  let name = `weight/${term}`;
  for (let i = 2; making.scalars.has(name); i += 1) name = `weight/${term}.${i}`;
  making.scalars.set(name, scheduleOf(thing, env.session.reporter));
  return g.input("scalar", name, { dtype: "float32", shape: [] });
}
