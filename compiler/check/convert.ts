import type { Span } from "../diagnostics/source.ts";
import { instanceOf } from "./declarations.ts";
import { suggestion } from "./nearest.ts";
import { own } from "./own.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { type Session, spend } from "./session.ts";
import type { Thing } from "./things.ts";
import { describeThing, describeType, durations, spans, type Type } from "./type.ts";

/** The thing as a type wants it (language rule 78), or a refusal. `what` names the place in words. */
export function convert(session: Session, thing: Thing, type: Type, what: string, span: Span): Thing {
  if (thing.kind === "poison") throw new Refusal();
  const converted = fitting(session, thing, type, what, span);
  if (converted !== undefined) return converted;
  return refuseType(session.reporter, what, type, thing, span);
}

export function refuseType(reporter: Reporter, what: string, type: Type, thing: Thing, span: Span): never {
  return reporter.refuse("wrong-type", span, { what, expected: describeType(type), actual: describeThing(thing) });
}

function fitting(session: Session, thing: Thing, type: Type, what: string, span: Span): Thing | undefined {
  switch (type.kind) {
    case "any":
      return thing;
    case "bool":
    case "string":
    case "none":
    case "range":
    case "shape":
    case "map":
    case "task":
    case "model":
    case "layer":
      // A stage's layer is looked up where it is used.
      if (type.kind === "layer" && thing.kind === "member") return thing;
      return thing.kind === type.kind ? thing : instance(session, thing, type.kind, span);
    case "int":
      return thing.kind === "number" && Number.isSafeInteger(thing.value) ? thing : undefined;
    case "float":
      return thing.kind === "number" ? thing : undefined;
    case "axis":
      return thing.kind === "label" ? thing : undefined;
    case "labels":
      return thing.kind === "label" && type.names.includes(thing.name) ? thing : undefined;
    case "duration":
      return thing.kind === "quantity" && durations.includes(thing.unit) ? thing : undefined;
    case "span":
      return thing.kind === "quantity" && spans.includes(thing.unit) ? thing : undefined;
    case "stage":
      return thing.kind === type.kind ? thing : instance(session, thing, type.kind, span);
    case "part":
      return thing.kind === "data" && thing.part.of !== undefined ? thing : undefined;
    case "data":
      return thing.kind === "data" || thing.kind === "blend" ? thing : instance(session, thing, type.kind, span);
    // Whether its inputs and output fit is checked where it is used (language rule 18).
    case "module":
      return thing.kind === "recipe" ||
        thing.kind === "layer" ||
        thing.kind === "member" ||
        (thing.kind === "list" && thing.items.every(isModule))
        ? thing
        : undefined;
    case "tensor":
      return thing.kind === "tensor" || thing.kind === "member" || thing.kind === "number" ? thing : numbersOnly(thing);
    case "stream":
      return thing.kind === "member" ||
        thing.kind === "stage" ||
        thing.kind === "chosen" ||
        ((thing.kind === "call" || thing.kind === "combined") && thing.family === "stream")
        ? thing
        : instance(session, thing, "stage", span);
    case "call":
      return fitFamily(thing, type.family);
    case "list":
      // Numbers that are counted where the data are known stand for a list of them.
      if (thing.kind === "tensor" && type.item.kind === "float") return thing;
      if (thing.kind !== "list") return undefined;
      spend(session, span, thing.items.length);
      return {
        ...thing,
        items: thing.items.map((item, i) =>
          convert(session, item, type.item, `each of ${what}`, thing.places?.[i] ?? span),
        ),
      };
    case "record": {
      if (thing.kind !== "map") return undefined;
      spend(session, span, thing.entries.size);
      const entries = new Map<string, Thing>();
      for (const [key, value] of thing.entries) {
        if (type.key.kind === "task") checkTask(session, key, thing.places.get(key) ?? span);
        entries.set(key, convert(session, value, type.value, `${what}.${key}`, thing.places.get(key) ?? span));
      }
      return { ...thing, entries };
    }
    case "block": {
      if (thing.kind !== "map") return undefined;
      const entries = new Map<string, Thing>();
      for (const [key, value] of thing.entries) {
        const wanted = own(type.keys, key)?.type;
        const place = thing.places.get(key) ?? span;
        entries.set(key, wanted === undefined ? value : convert(session, value, wanted, `\`${key}\``, place));
      }
      return { ...thing, entries };
    }
    case "options":
      for (const option of type.options) {
        // A list or map fits an option by its kind; its items then have messages of their own.
        const fitted = fitting(session, thing, option, what, span);
        if (fitted !== undefined) return fitted;
      }
      return undefined;
  }
}

function instance(session: Session, thing: Thing, kind: Thing["kind"], span: Span): Thing | undefined {
  const made = thing.kind === "declaration" ? instanceOf(session, thing, span) : undefined;
  return made?.kind === kind ? made : undefined;
}

function isModule(thing: Thing): boolean {
  return thing.kind === "recipe" || thing.kind === "layer";
}

function numbersOnly(thing: Thing): Thing | undefined {
  return thing.kind === "list" && thing.items.every((item) => item.kind === "number") ? thing : undefined;
}

function fitFamily(thing: Thing, family: Extract<Type, { kind: "call" }>["family"]): Thing | undefined {
  if (thing.kind === "call" || thing.kind === "combined") {
    if (thing.family === family) return thing;
    return family === "initialiser" && thing.kind === "call" && thing.name === "constant" ? thing : undefined;
  }
  switch (family) {
    case "schedule":
      return thing.kind === "number" ? thing : undefined;
    case "metric":
    case "loss":
      return thing.kind === "number" || (family === "loss" && thing.kind === "tensor") ? thing : undefined;
    case "class weights":
      if (thing.kind === "label") return thing.name === "balanced" ? thing : undefined;
      return thing.kind === "map" ? thing : numbersOnly(thing);
    case "keep":
      return thing.kind === "label" && thing.name === "last" ? thing : undefined;
    case "format":
      return thing.kind === "label" ? thing : undefined;
    default:
      return undefined;
  }
}

/** A key that must be a task. */
function checkTask(session: Session, name: string, span: Span): void {
  const files = [...session.files.values()];
  if (files.some(({ own }) => own.get(name)?.declaration.kind === "task")) return;
  const tasks = files.flatMap(({ own }) =>
    [...own.values()]
      .filter(({ declaration }) => declaration.kind === "task")
      .map(({ declaration }) => declaration.name.text),
  );
  session.reporter.refuse("unknown-name", span, { kind: "task", name }, { help: suggestion(name, tasks) });
}
