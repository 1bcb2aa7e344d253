import type { Span } from "../diagnostics/source.ts";
import { thingNamed } from "./declarations.ts";
import { type Env, localNamed, localNames } from "./env.ts";
import { visible } from "./files.ts";
import { plainFormats } from "./formats.ts";
import { libraryNames, libraryThing } from "./library.ts";
import { suggestion } from "./nearest.ts";
import { standardHelp } from "./standard.ts";
import type { Thing } from "./things.ts";
import type { Type } from "./type.ts";

/** What a bare name means: a label where the wanted type lists it, else local over file over library (language rules b.3). */
export function nameThing(name: string, span: Span, env: Env, wanted: Type): Thing {
  if (listsLabel(wanted, name)) return { kind: "label", name };
  const thing = lookUp(name, span, env);
  if (thing !== undefined) return thing;
  const known = [...localNames(env), ...env.file.own.keys(), ...env.file.used.keys(), ...libraryNames()];
  return env.session.reporter.refuse(
    "unknown-name",
    span,
    { kind: "thing", name },
    {
      help: suggestion(name, [...labelsOf(wanted), ...known]) ?? standardHelp(env.session, name),
    },
  );
}

export function lookUp(name: string, span: Span, env: Env): Thing | undefined {
  const local = localNamed(env, name);
  if (local !== undefined) return local;
  const found = visible(env.file, name);
  if (found !== undefined) {
    env.session.namesUsed.add(found.declaration);
    return thingNamed(env.session, found, span);
  }
  return libraryThing(name, span);
}

function listsLabel(type: Type, name: string): boolean {
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

function labelsOf(type: Type): readonly string[] {
  if (type.kind === "labels") return type.names;
  return type.kind === "options" ? type.options.flatMap(labelsOf) : [];
}
