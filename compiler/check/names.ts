import type { Span } from "../diagnostics/source.ts";
import type { Expr } from "../syntax/ast.ts";
import { thingNamed } from "./declarations.ts";
import { type Env, localNamed } from "./env.ts";
import { visible } from "./files.ts";
import { plainFormats } from "./formats.ts";
import { libraryThing } from "./library.ts";
import { suggestion } from "./nearest.ts";
import type { Thing } from "./things.ts";
import { describeType, labelsOf, type Type } from "./type.ts";
import { reportUnknown, valueNames } from "./unknown-name.ts";

/** What a bare name means: a label where the wanted type lists it, else local over file over library (language rule 80). */
export function nameThing(name: string, span: Span, env: Env, wanted: Type): Thing {
  if (listsLabel(wanted, name)) return { kind: "label", name };
  const labels = [...labelsOf(wanted), ...labelsOfFamilies(wanted)];
  const mustBeLabel = labels.length > 0 && onlyLabels(wanted);
  const thing = mustBeLabel ? lookUpOwn(name, span, env) : lookUp(name, span, env);
  if (thing !== undefined) return thing;
  if (mustBeLabel) {
    const help = suggestion(name, labels);
    return env.session.reporter.refuse(
      "wrong-type",
      span,
      { what: "this", expected: describeType(wanted), actual: `\`${name}\`` },
      { help },
    );
  }
  reportUnknown(name, span, "thing", env, valueNames(env, labels));
  return env.session.reporter.silent();
}

export function lookUp(name: string, span: Span, env: Env): Thing | undefined {
  return lookUpOwn(name, span, env) ?? libraryThing(name, span);
}

/** The same without the library. */
function lookUpOwn(name: string, span: Span, env: Env): Thing | undefined {
  const local = localNamed(env, name);
  if (local !== undefined) return local;
  const found = visible(env.file, name);
  if (found === undefined) return undefined;
  env.session.ledger.use(found.declaration);
  return thingNamed(env.session, found, span);
}

/** Whether nothing but labels (or none) fits. */
function onlyLabels(type: Type): boolean {
  return (
    type.kind === "labels" ||
    (type.kind === "options" && type.options.every((each) => each.kind === "none" || onlyLabels(each)))
  );
}

/** Refuses a bare name that nothing has, where only some of what is declared fits: the nearest of that is meant. */
export function checkDeclared(expr: Expr, kind: string, env: Env, names: () => Iterable<string>): void {
  if (expr.kind !== "name" || lookUp(expr.name, expr.span, env) !== undefined) return;
  reportUnknown(expr.name, expr.span, kind, env, [names()]);
  env.session.reporter.silent();
}

/** Labels that stand beside the calls of a family, such as `last` beside `best(..)`. */
function labelsOfFamilies(type: Type): readonly string[] {
  if (type.kind === "options") return type.options.flatMap(labelsOfFamilies);
  if (type.kind !== "call") return [];
  return [...Object.keys(plainFormats), "balanced", "last"].filter((name) => listsLabel(type, name));
}

/** Whether a bare name is a label where a type is wanted. */
export function listsLabel(type: Type, name: string): boolean {
  switch (type.kind) {
    case "axis":
      return true;
    case "labels":
      return type.names.includes(name);
    case "options":
      return type.options.some((option) => listsLabel(option, name));
    case "call":
      if (type.family === "class weights") return name === "balanced";
      if (type.family === "keep") return name === "last";
      return type.family === "format" && Object.hasOwn(plainFormats, name);
    default:
      return false;
  }
}
