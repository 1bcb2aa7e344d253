import { library } from "../check/library-calls.ts";
import type { CallThing, CombinedThing, RecipeThing, StageThing, Thing } from "../check/things.ts";
import { printDim } from "../ir/dim.ts";
import { exprText } from "./expr-text.ts";

/** A thing as text of the language that means it again; undefined for what no text of a block means, such as a tensor. */
export function thingText(thing: Thing): string | undefined {
  switch (thing.kind) {
    case "bool":
      return String(thing.value);
    case "number":
      return numberText(thing.value);
    case "string":
      return JSON.stringify(thing.value);
    case "quantity":
      return `${numberText(thing.value)} ${thing.unit}`;
    case "range":
      return [thing.from, "..", thing.to]
        .flatMap((part) => part ?? [])
        .map(String)
        .join(" ");
    case "none":
      return "none";
    case "label":
      return thing.name;
    case "task":
      return thing.view === undefined ? thing.name : `${thing.view.name}.${thing.name}`;
    case "list":
      return around("[", thing.items.map(thingText), "]");
    case "tuple":
      return around("(", thing.items.map(thingText), ")");
    case "map":
      return around(
        "{",
        [...thing.entries].map(([key, value]) => keyed(key, thingText(value))),
        "}",
      );
    case "shape": {
      const axes = thing.axes.map(({ name, size }) =>
        [name.startsWith("#") ? [] : [name], size === undefined ? [] : [printDim(size)]].flat().join(": "),
      );
      return `[${[...(thing.carried ? [".."] : []), ...axes].join(", ")}]`;
    }
    case "stage":
      return stageText(thing);
    case "member":
      return `${thing.stage.call.includes(" with ") ? `(${stageText(thing.stage)})` : stageText(thing.stage)}.${thing.name}`;
    case "data":
    case "blend":
    case "model":
    case "assembly":
      return thing.label;
    case "folding":
      return `${thing.data.label}.fold`;
    case "layer":
      return thing.encoder === undefined ? undefined : thing.path;
    case "view":
      return thing.pass.name;
    case "sweep":
      return thing.name;
    case "recipe":
      return recipeText(thing);
    case "call":
      return callText(thing);
    case "combined":
      return combinedText(thing);
    case "chosen": {
      const metric = thingText(thing.metric);
      return metric === undefined ? undefined : `best([${thing.stages.map(stageText).join(", ")}], ${metric})`;
    }
    case "declaration":
      return "name" in thing.declaration ? thing.declaration.name.text : undefined;
    case "size":
    case "tensor":
    case "poison":
      return undefined;
  }
}

/** Small numbers with an exponent, as people write learning rates. */
export function numberText(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);
}

function stageText({ call, checkpoint }: StageThing): string {
  if (checkpoint === undefined) return call;
  return `${call.includes(" with ") ? `(${call})` : call}[${checkpoint}]`;
}

function keyed(key: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${key}: ${value}`;
}

function around(open: string, parts: readonly (string | undefined)[], close: string): string | undefined {
  return parts.includes(undefined) ? undefined : `${open}${parts.join(", ")}${close}`;
}

/** What must be given stands by place, the rest by name. */
function callText({ name, family, args, declared }: CallThing): string | undefined {
  if (declared !== undefined) {
    const given = declared.args;
    const texts = [
      ...given.positional.map((each) => givenText(each)),
      ...[...given.named].map(([key, each]) => keyed(key, givenText(each))),
    ];
    return around(`${name}(`, texts, ")");
  }
  if (family === "term") return `loss.${name}`;
  const spec = library[name];
  if (spec?.variadic === true) {
    const [only] = args.values();
    if (only?.kind === "list") return around(`${name}(`, only.items.map(thingText), ")");
  }
  let byPlace = true;
  const texts: (string | undefined)[] = [];
  for (const [key, value] of args) {
    const param = spec?.params[key];
    byPlace &&= param?.optional === false;
    const text = thingText(value);
    texts.push(byPlace ? text : keyed(key, text));
  }
  return around(`${name}(`, texts, ")");
}

function recipeText({ name, args }: RecipeThing): string | undefined {
  const texts = [
    ...args.positional.map(givenText),
    ...[...args.named].map(([key, each]) => keyed(key, givenText(each))),
  ];
  return texts.length === 0 ? name : around(`${name}(`, texts, ")");
}

function givenText({ thing, expr, env }: RecipeThing["args"]["positional"][number]): string | undefined {
  if (thing !== undefined) return thingText(thing);
  return expr === undefined || env === undefined ? undefined : exprText(expr, env);
}

const strength: Readonly<Record<CombinedThing["operator"], number>> = {
  or: 1,
  and: 2,
  not: 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
};

function combinedText({ operator, left, right }: CombinedThing): string | undefined {
  const own = strength[operator];
  const side = (thing: Thing, least: number): string | undefined => {
    const text = thingText(thing);
    return text !== undefined && thing.kind === "combined" && strength[thing.operator] < least ? `(${text})` : text;
  };
  const first = side(left, operator === "not" ? own + 1 : own);
  if (operator === "not") return first === undefined ? undefined : `not ${first}`;
  const second = side(right, own + 1);
  return first === undefined || second === undefined ? undefined : `${first} ${operator} ${second}`;
}
