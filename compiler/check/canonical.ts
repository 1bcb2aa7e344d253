import { printDim } from "../ir/dim.ts";
import type { Given, RecipeThing, Thing } from "./things.ts";

const texts = new WeakMap<Thing, string>();

/** A thing as text in the language: equal text means equal thing. It decides identity, and people read it. */
export function canonical(thing: Thing): string {
  const known = texts.get(thing);
  if (known !== undefined) return known;
  const text = written(thing);
  if (text.length > short) texts.set(thing, text);
  return text;
}

/** Shorter texts are as soon written as looked up. */
const short = 64;

function written(thing: Thing): string {
  switch (thing.kind) {
    case "bool":
    case "number":
      return String(thing.value);
    case "size":
      return printDim(thing.dim);
    case "string":
      return JSON.stringify(thing.value);
    case "label":
      return thing.name;
    case "quantity":
      return `${thing.value} ${thing.unit}`;
    case "range":
      return `${thing.from ?? ""} .. ${thing.to ?? ""}`.trim();
    case "list":
      return `[${thing.items.map(canonical).join(", ")}]`;
    case "tuple":
      return `(${thing.items.map(canonical).join(", ")})`;
    case "map":
      return `{${[...thing.entries].map(([key, value]) => `${key}: ${canonical(value)}`).join(", ")}}`;
    case "none":
      return "none";
    case "shape":
      return `[${[...(thing.carried ? [".."] : []), ...thing.axes.map(({ name, size }) => (size === undefined ? name : `${name}: ${printDim(size)}`))].join(", ")}]`;
    case "task":
      return thing.view === undefined ? thing.name : `${thing.view.name}.${thing.name}`;
    case "sweep":
      return thing.name;
    case "stage":
      return thing.call;
    case "data":
    case "blend":
    case "model":
    case "assembly":
      return thing.label;
    case "folding":
      return `${thing.data.label}.fold`;
    case "recipe":
      return recipeText(thing);
    case "layer":
      return thing.path;
    case "member":
      return `${thing.stage.call}.${thing.name}`;
    case "call":
      return `${thing.name}(${[...thing.args].map(([key, value]) => `${key}: ${canonical(value)}`).join(", ")})`;
    case "combined":
      return thing.operator === "not"
        ? `not ${canonical(thing.left)}`
        : `(${canonical(thing.left)} ${thing.operator} ${canonical(thing.right)})`;
    case "chosen":
      return `best([${thing.stages.map(canonical).join(", ")}], ${canonical(thing.metric)})`;
    case "view":
      return thing.pass.name;
    case "tensor":
      return `#${thing.wire.id}`;
    case "declaration":
      return "name" in thing.declaration ? thing.declaration.name.text : thing.declaration.kind;
    case "poison":
      return "?";
  }
}

function recipeText({ name, args }: RecipeThing): string {
  const given = [
    ...args.positional.map(givenText),
    ...[...args.named].map(([key, value]) => `${key}: ${givenText(value)}`),
  ];
  return given.length === 0 ? name : `${name}(${given.join(", ")})`;
}

function givenText({ thing, span }: Given): string {
  return thing === undefined ? span.source.text.slice(span.start, span.end) : canonical(thing);
}
