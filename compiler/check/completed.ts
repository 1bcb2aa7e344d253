import { library } from "./library-calls.ts";
import { type CallThing, none, number, type Thing } from "./things.ts";
import type { Param, Type } from "./type.ts";

/** The thing with every argument that a library call in it leaves out, where its default is a value: it means the same, written out. */
export function completed(thing: Thing): Thing {
  switch (thing.kind) {
    case "list":
    case "tuple":
      return { ...thing, items: thing.items.map(completed) };
    case "map":
      return { ...thing, entries: new Map([...thing.entries].map(([key, each]) => [key, completed(each)])) };
    case "combined":
      return { ...thing, left: completed(thing.left), right: completed(thing.right) };
    case "call":
      return thing.declared === undefined ? completedCall(thing) : thing;
    default:
      return thing;
  }
}

function completedCall(call: CallThing): CallThing {
  const args = new Map<string, Thing>();
  for (const [name, param] of Object.entries(library[call.name]?.params ?? {})) {
    const given = call.args.get(name);
    // `inverse_frequency(mean: 1)` says by its argument which of the two it is.
    const value = given ?? (call.family === "class weights" ? undefined : usualOf(param, call.args));
    if (value !== undefined) args.set(name, completed(value));
  }
  for (const [name, value] of call.args) if (!args.has(name)) args.set(name, completed(value));
  return { ...call, args };
}

/** The default as a value: it stands in the vocabulary as text. Undefined where that is a sentence, or there is none. */
function usualOf({ type, usual }: Param, given: ReadonlyMap<string, Thing>): Thing | undefined {
  if (usual === undefined) return undefined;
  return given.get(usual) ?? literalOf(usual, type);
}

function literalOf(text: string, type: Type): Thing | undefined {
  if (type.kind === "options")
    return type.options.map((option) => literalOf(text, option)).find((each) => each !== undefined);
  if (type.kind === "labels") return type.names.includes(text) ? { kind: "label", name: text } : undefined;
  if (type.kind === "none") return text === "none" ? none : undefined;
  if (type.kind === "bool")
    return text === "true" || text === "false" ? { kind: "bool", value: text === "true" } : undefined;
  if (type.kind === "float" || type.kind === "int") return numberOf(text);
  if (type.kind === "range") {
    const [from, to] = text.split(" .. ").map(Number);
    return from === undefined || to === undefined ? undefined : { kind: "range", from, to };
  }
  if (type.kind === "list" && /^\[.*\]$/.test(text)) {
    const parts = text
      .slice(1, -1)
      .split(", ")
      .filter((part) => part !== "");
    const items = parts.flatMap((part) => literalOf(part, type.item) ?? []);
    return items.length === parts.length ? { kind: "list", items } : undefined;
  }
  return undefined;
}

function numberOf(text: string): Thing | undefined {
  return /^-?[\d.]+(e-?\d+)?$/.test(text) ? number(Number(text)) : undefined;
}
