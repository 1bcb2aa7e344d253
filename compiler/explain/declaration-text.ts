import { completed } from "../check/completed.ts";
import { type Env, inner } from "../check/env.ts";
import { dataKeys } from "../check/keys.ts";
import { MentionedNames } from "../check/mentioned-names.ts";
import { argumentValue, typeOf } from "../check/parameters.ts";
import { attempt } from "../check/reporter.ts";
import type { Session } from "../check/session.ts";
import type { DataThing, Given, LayerThing, RecipeThing, TaskThing, Thing } from "../check/things.ts";
import { loadOf } from "../check/weight-files.ts";
import { formatSource } from "../format/index.ts";
import type { Expr } from "../syntax/ast.ts";
import { exprText } from "./expr-text.ts";
import { declaredName } from "./stage-text.ts";
import { numberText, thingText } from "./thing-text.ts";

/** A data set with every key and argument, as a declaration. */
export function dataText({ entries, label }: DataThing): string {
  const rows = Object.keys(dataKeys).flatMap((key) => {
    const thing = entries.get(key);
    const text = thing === undefined ? (key === "duplicates" ? "keep_first" : undefined) : thingText(completed(thing));
    return text === undefined ? [] : [`${key}: ${text}`];
  });
  return formatted(`data ${declaredName(label)} {\n${rows.join("\n")}\n}\n`);
}

/** A task with its activation, as a declaration. */
export function taskText({ name, meaning, activation, scored }: TaskThing): string {
  const keys = [`activation: ${activation}`, ...(scored ? [] : ["metric: none"])];
  return formatted(`task ${name} = ${meaningText(meaning)} { ${keys.join(", ")} }\n`);
}

export function meaningText(meaning: TaskThing["meaning"]): string {
  if (meaning.kind === "scalar") {
    const bounded = Number.isFinite(meaning.max - meaning.min);
    return `scalar(${bounded ? `${numberText(meaning.min)} .. ${numberText(meaning.max)}` : ""})`;
  }
  const byVideo = meaning.kind === "classes" && meaning.byVideo === true;
  return `${meaning.kind}(${byVideo ? "video" : meaning.names.join(", ")})`;
}

/** An encoder with its arguments, those left out too where they do not depend on what it is applied to, and with its weights. */
export function encoderText(layer: LayerThing, env: Env): string {
  const { of, path } = layer;
  const layers =
    of.kind === "recipe" ? [of] : of.layers.flatMap(({ of: each }) => (each.kind === "recipe" ? [each] : []));
  const texts = layers.map((recipe) => recipeText(recipe, env.session));
  const weights = loadOf(layer, env);
  const file = weights === undefined ? "none" : (thingText(completed(weights)) ?? "none");
  return formatted(
    `encoder ${path} = ${of.kind === "recipe" ? texts.join("") : `[${texts.join(", ")}]`} {\nweights: ${file}\n}\n`,
  );
}

function recipeText(recipe: RecipeThing, session: Session): string {
  const { callee, args, name } = recipe;
  if (callee.kind === "library") return thingText(recipe) ?? name;
  const { parameters, inputs } = callee.declaration;
  const scope = inner(callee.env);
  const sizes = inputs.flatMap(({ shape }) =>
    (shape?.axes ?? []).flatMap((axis) => ("name" in axis ? [axis.name.text] : [])),
  );
  const texts = parameters.flatMap((parameter, i) => {
    const {
      fallback,
      name: { text: key },
    } = parameter;
    const given = args.positional[i] ?? args.named.get(key);
    const free = fallback !== undefined && given === undefined && !mentions(fallback, sizes);
    const usual: Given | undefined = free
      ? { expr: fallback, env: scope, thing: undefined, span: fallback.span }
      : undefined;
    const value = given ?? usual;
    if (value === undefined) return [];
    const thing = attempt<Thing | undefined>(
      () => argumentValue(value, typeOf(parameter.type), { ...scope, session }, key),
      () => undefined,
    );
    if (thing !== undefined) scope.local?.names.set(key, thing);
    const text = (thing === undefined ? undefined : thingText(thing)) ?? writtenText(value);
    return [fallback === undefined ? text : `${key}: ${text}`];
  });
  return `${name}(${texts.join(", ")})`;
}

function writtenText({ expr, env, span }: Given): string {
  if (expr !== undefined && env !== undefined) return exprText(expr, env);
  return span.source.text.slice(span.start, span.end);
}

function mentions(expr: Expr, names: readonly string[]): boolean {
  const mentioned = new MentionedNames();
  mentioned.expr(expr);
  return names.some((name) => mentioned.has(name));
}

function formatted(text: string): string {
  return formatSource({ name: "block", text }).text;
}
