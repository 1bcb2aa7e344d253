import { canonical } from "../check/canonical.ts";
import type { Observe } from "../check/session.ts";
import { carriedMark } from "../check/signature.ts";
import { dimsOf, type Thing } from "../check/things.ts";
import type { Analysis } from "../compile.ts";
import { axesText } from "../draw/shape-text.ts";
import { weightCount } from "../lower/describe-plan.ts";
import type { Declaration, Expr } from "../syntax/ast.ts";
import { expressionsOf } from "./expressions.ts";

/** What an expression turned out to be when it was checked: `[time, d: 768]`, through which stage if it matters. */
export interface ValueFact {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly through: string | undefined;
}

/** A stage as it was planned. */
export interface StageFact {
  /** The file and the name of its declaration. */
  readonly file: string;
  readonly name: string;
  /** What a person calls it, and what makes it. */
  readonly label: string;
  readonly call: string;
  readonly weights: number;
  readonly trained: number;
  readonly tasks: readonly string[];
  /** The model, and its weights by the first step of their paths: encoders, definitions, heads. */
  readonly model: string;
  readonly parts: Readonly<Record<string, number>>;
  readonly batch: number;
  /** Of a stage with clips: what is in one of them. */
  readonly clip: string | undefined;
  readonly duration: string;
  /** Floating-point operations for a frame, where they have been counted. */
  readonly flops: number | undefined;
}

/** What the last check of a file found out, as plain values: it can be sent from one thread to another. */
export interface Facts {
  /** The texts that the places are of, by file. */
  readonly texts: ReadonlyMap<string, string>;
  readonly values: ReadonlyMap<string, readonly ValueFact[]>;
  readonly stages: readonly StageFact[];
  /** Parameter paths of stages, by the name of their declaration. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
}

/** The same expression is told of at most so often: it can differ from stage to stage. */
const mostPlaces = 3;

interface Seen {
  /** In which check it was told. */
  readonly check: number;
  readonly told: { readonly thing: Thing; readonly through: string | undefined }[];
}

/**
 * Gathers what checks say of expressions: give its `observe` to the check, and ask for the facts afterwards. It may see many versions of
 * a text one after the other: what a check does not tell anew, because the expression and all it depends on stayed, holds on.
 */
export class FactCollector {
  readonly #seen = new WeakMap<Expr, Seen>();
  #check = 0;

  /** Before every check. */
  begin(): void {
    this.#check += 1;
  }

  readonly observe: Observe = (expr, thing, { body }) => {
    if (!isTold(expr, thing)) return;
    const through = body?.build.stage.label;
    const known = this.#seen.get(expr);
    if (known?.check !== this.#check) this.#seen.set(expr, { check: this.#check, told: [{ thing, through }] });
    else if (known.told.length < mostPlaces && known.told.every((each) => each.through !== through))
      known.told.push({ thing, through });
  };

  /** Facts of an analysis, with places in these of its files. */
  facts(analysis: Analysis, names: Iterable<string>): Facts {
    const finding = this.finding(analysis, names);
    for (;;) {
      const { value, done } = finding.next();
      if (done === true) return value;
    }
  }

  /** The same a little at a time: it stops between declarations, and between stages. */
  *finding({ stages, session }: Analysis, names: Iterable<string>): Generator<undefined, Facts> {
    const values = new Map<string, readonly ValueFact[]>();
    const texts = new Map<string, string>();
    for (const name of new Set(names)) {
      const file = session.files.get(name);
      if (file === undefined) continue;
      texts.set(name, file.source.text);
      const own: ValueFact[] = [];
      values.set(name, own);
      for (const declaration of file.node.declarations) {
        own.push(...this.#valuesIn(declaration));
        yield;
      }
    }
    const paths = new Map<string, Set<string>>();
    const facts: StageFact[] = [];
    for (const { plan, checked } of stages) {
      const { name } = checked.stage.declaration;
      const own = paths.get(name.text) ?? new Set();
      paths.set(name.text, own);
      for (const { path } of plan.parameters) own.add(path);
      facts.push(stageFact({ plan, checked }));
      yield;
    }
    return {
      texts,
      values,
      stages: facts,
      paths: new Map([...paths].map(([name, own]) => [name, [...own]])),
    };
  }

  *#valuesIn(declaration: Declaration): Iterable<ValueFact> {
    for (const expr of expressionsOf(declaration)) {
      const told = this.#seen.get(expr)?.told ?? [];
      const texts = new Map<string, string | undefined>();
      for (const { thing, through } of told) {
        const text = thingText(thing);
        if (!texts.has(text)) texts.set(text, through);
      }
      const { start, end } = expr.span;
      for (const [text, through] of texts) yield { start, end, text, through };
    }
  }
}

/** Literals say what they are; so do names of what is declared. */
function isTold(expr: Expr, thing: Thing): boolean {
  switch (expr.kind) {
    case "number":
    case "string":
    case "boolean":
    case "none":
    case "list":
    case "map":
      return false;
    default:
      return ["tensor", "number", "quantity", "bool", "stage", "layer", "data", "task"].includes(thing.kind);
  }
}

function thingText(thing: Thing): string {
  switch (thing.kind) {
    case "tensor":
      return axesText(
        thing.axes.map((axis) => axis.replaceAll(carriedMark, "")),
        dimsOf(thing),
      );
    case "stage":
      return thing.call;
    case "layer":
      return thing.path;
    default:
      return canonical(thing);
  }
}

function stageFact({ plan, checked }: Analysis["stages"][number]): StageFact {
  const { parameters, duration } = plan;
  const parts = new Map<string, number>();
  for (const parameter of parameters) {
    const [first = ""] = parameter.path.split(/[.[]/);
    parts.set(first, (parts.get(first) ?? 0) + weightCount([parameter]));
  }
  const { declaration } = checked.stage;
  return {
    file: checked.stage.env.file.source.name,
    name: declaration.name.text,
    label: plan.label,
    call: plan.call,
    weights: weightCount(parameters),
    trained: weightCount(parameters.filter(({ group }) => group !== undefined)),
    tasks: plan.tasks.map(({ name }) => name),
    model: modelName(checked),
    parts: Object.fromEntries(parts),
    batch: plan.batch,
    clip: plan.clip && (plan.clip.whole === true ? "whole videos" : `clips of ${plan.clip.length}`),
    duration: `${duration.value} ${duration.unit}`,
    flops: undefined,
  };
}

function modelName({ stage }: Analysis["stages"][number]["checked"]): string {
  const { model } = stage.declaration;
  const callee = model.kind === "call" ? model.callee : model;
  if (callee.kind === "name") return callee.name;
  return callee.kind === "member" ? callee.name.text : "";
}

/** The same with what stages cost, by their labels. */
export function withCosts(facts: Facts, costs: ReadonlyMap<string, number>): Facts {
  return {
    ...facts,
    stages: facts.stages.map((stage) => ({ ...stage, flops: costs.get(stage.label) ?? stage.flops })),
  };
}

/**
 * Places of a text as it was checked, in the text as it is now: what stands before the change and behind it moves along, what was
 * changed has no place.
 */
export class MovedFacts {
  readonly #values: readonly ValueFact[];
  readonly #from: number;
  readonly #oldEnd: number;
  readonly #shift: number;

  constructor(facts: Facts | undefined, name: string, now: string) {
    const then = facts?.texts.get(name);
    this.#values = then === undefined ? [] : (facts?.values.get(name) ?? []);
    const before = then ?? now;
    let start = 0;
    while (start < before.length && start < now.length && before[start] === now[start]) start += 1;
    let end = 0;
    const most = Math.min(before.length, now.length) - start;
    while (end < most && before[before.length - 1 - end] === now[now.length - 1 - end]) end += 1;
    this.#from = start;
    this.#oldEnd = before.length - end;
    this.#shift = now.length - before.length;
  }

  /** What is known of the expression at exactly this range. */
  at(start: number, end: number): readonly ValueFact[] {
    if (start < this.#oldEnd + this.#shift && end > this.#from) return [];
    const then = [this.#then(start), this.#then(end)];
    return this.#values.filter((fact) => fact.start === then[0] && fact.end === then[1]);
  }

  /** Every fact of an expression that still stands, at its place now. */
  all(): readonly ValueFact[] {
    return this.#values.flatMap((fact) => {
      if (fact.start < this.#oldEnd && fact.end > this.#from) return [];
      const [start, end] = [this.#now(fact.start), this.#now(fact.end)];
      return start === undefined || end === undefined ? [] : [{ ...fact, start, end }];
    });
  }

  #then(offset: number): number {
    return offset <= this.#from ? offset : offset - this.#shift;
  }

  #now(offset: number): number | undefined {
    if (offset <= this.#from) return offset;
    return offset >= this.#oldEnd ? offset + this.#shift : undefined;
  }
}
