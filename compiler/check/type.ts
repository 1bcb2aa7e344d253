import type { Family, Thing, UnitName } from "./things.ts";

/** What a parameter, an argument or a key accepts. */
export type Type =
  | { readonly kind: "any" }
  | { readonly kind: "bool" | "int" | "float" | "string" | "none" | "range" | "shape" | "axis" | "map" }
  | { readonly kind: "task" | "stage" | "module" | "layer" | "data" | "part" | "model" | "tensor" | "stream" }
  | { readonly kind: "duration" | "span" }
  | { readonly kind: "call"; readonly family: Family }
  | { readonly kind: "labels"; readonly names: readonly string[] }
  | { readonly kind: "list"; readonly item: Type }
  | { readonly kind: "record"; readonly key: Type; readonly value: Type }
  /** A map with known keys, each with its own type; whoever reads it reports others. */
  | { readonly kind: "block"; readonly keys: Readonly<Record<string, Key>> }
  | { readonly kind: "options"; readonly options: readonly Type[] };

export const any: Type = { kind: "any" };
export const bool: Type = { kind: "bool" };
export const int: Type = { kind: "int" };
export const float: Type = { kind: "float" };
export const string: Type = { kind: "string" };
export const range: Type = { kind: "range" };
export const shape: Type = { kind: "shape" };
export const axis: Type = { kind: "axis" };
export const map: Type = { kind: "map" };
export const task: Type = { kind: "task" };
export const stream: Type = { kind: "stream" };
export const data: Type = { kind: "data" };
export const part: Type = { kind: "part" };
export const duration: Type = { kind: "duration" };
export const span: Type = { kind: "span" };
/** A number, or a number that changes in time. */
export const schedule: Type = { kind: "call", family: "schedule" };
export const metric: Type = { kind: "call", family: "metric" };
export const call = (family: Family): Type => ({ kind: "call", family });
export const labels = (...names: readonly string[]): Type => ({ kind: "labels", names });
export const list = (item: Type): Type => ({ kind: "list", item });
export const record = (key: Type, value: Type): Type => ({ kind: "record", key, value });
export const block = (keys: Readonly<Record<string, Key>>): Type => ({ kind: "block", keys });
export const options = (...each: readonly Type[]): Type => ({ kind: "options", options: each });
export const orNone = (type: Type): Type => options(type, { kind: "none" });

/** A key of a block: what it takes, and for people what it says and what holds where it is not set. */
export interface Key {
  readonly type: Type;
  readonly doc: string;
  readonly usual?: string;
}

export const key = (type: Type, doc: string, usual?: string): Key => ({
  type,
  doc,
  ...(usual === undefined ? {} : { usual }),
});

/** One parameter of a library function. Without `optional` it must be given. */
export interface Param {
  readonly type: Type;
  readonly optional: boolean;
  /** What holds where it is not given, for people; nothing where that is simply nothing. */
  readonly usual?: string;
}

export const must = (type: Type): Param => ({ type, optional: false });
export const may = (type: Type, usual?: string): Param => ({
  type,
  optional: true,
  ...(usual === undefined ? {} : { usual }),
});
/** Parameters by name, in the order of positional arguments. */
export type Params = Readonly<Record<string, Param>>;

export const durations: readonly UnitName[] = ["epochs", "steps", "hours"];
export const spans: readonly UnitName[] = ["frames", "rows", "seconds"];

/** The labels that a type lists. */
export function labelsOf(type: Type): readonly string[] {
  if (type.kind === "labels") return type.names;
  return type.kind === "options" ? type.options.flatMap(labelsOf) : [];
}

/** In words, for messages. */
export function describeType(type: Type): string {
  switch (type.kind) {
    case "any":
      return "a value";
    case "int":
      return "a whole number";
    case "float":
      return "a number";
    case "bool":
      return "true or false";
    case "none":
      return "none";
    case "axis":
      return "a plain name, without quotes";
    case "duration":
      return "a duration, such as 30 epochs or 200 steps";
    case "span":
      return "a span, such as 5 frames or 10 rows";
    case "range":
      return "a range, such as 0.8 .. 1.0";
    case "shape":
      return "a shape, such as [n, d]";
    case "call":
      return familyWords[type.family];
    case "labels":
      return type.names.length === 1
        ? `\`${type.names[0]}\``
        : `one of ${type.names.map((name) => `\`${name}\``).join(", ")}`;
    case "list":
      return `a list, each ${describeType(type.item)}`;
    case "record":
      return `a map to ${describeType(type.value)}`;
    case "block":
      return `a map of ${Object.keys(type.keys)
        .map((key) => `\`${key}\``)
        .join(", ")}`;
    case "options":
      return type.options.map(describeType).join(" or ");
    default:
      return `a ${type.kind}`;
  }
}

const familyWords: Readonly<Record<Family, string>> = {
  loss: "a loss, such as bce(au)",
  metric: "a metric, such as score(au)",
  schedule: "a number or a schedule, such as cosine(1e-4)",
  optimiser: "an optimiser, such as adamw(1e-4)",
  augmentation: "an augmentation, such as flip()",
  clip: "clip(length, hop: ..)",
  weights: 'load("file", ..)',
  rows: "a rule for rows, such as valid(au)",
  keep: "best(metric), least(loss.term) or last",
  initialiser: "an initialiser, such as normal(0.02)",
  "class weights": "class weights, such as balanced",
  field: 'a field, such as images("folder", size: 112)',
  format: "a format, such as s_aff_wild2",
  labels: 'labels, such as columns([..]) or column("name")',
  split: 'a split, such as random_split(0.8, by: "person")',
  stream: "a stream, such as a stage's head",
  fitted: "fit(range, on: rows)",
  meaning: "units(..), classes(..) or scalar(..)",
  mix: "mixup(alpha) or cutmix(alpha)",
  balance: "a balancing, such as uncertainty() or pcgrad([loss.au, loss.va])",
  term: "a term of the loss, such as loss.au",
  sampler: "a sampler, such as balanced(expr)",
  freezing: "frozen(until: 3 epochs)",
  adapter: "an adapter, such as lora(rank: 16)",
  space: "a range to search, such as log(1e-6 .. 1e-3)",
  search: "a search, such as tpe(trials: 40)",
  pruner: "asha(metric: .., every: 1 epochs)",
  blend: "blend({data: share, ..})",
};

/** A thing in words, for messages. */
export function describeThing(thing: Thing): string {
  switch (thing.kind) {
    case "bool":
      return String(thing.value);
    case "number":
      return String(thing.value);
    case "size":
      return "a size known only when it runs";
    case "string":
      return JSON.stringify(thing.value);
    case "label":
      return `the label \`${thing.name}\``;
    case "quantity":
      return `${thing.value} ${thing.unit}`;
    case "none":
      return "none";
    case "task":
      return `the task \`${thing.name}\``;
    case "stage":
      return `the stage ${thing.label}`;
    case "data":
      return `the data ${thing.label}`;
    case "recipe":
      return `the module \`${thing.name}\``;
    case "layer":
      return `the layer \`${thing.path}\``;
    case "member":
      return `${thing.stage.label}.${thing.name}`;
    case "call":
      return `${thing.name}(..)`;
    case "combined":
      return `a ${thing.family}`;
    case "tensor":
      return "a tensor";
    case "declaration":
      return "name" in thing.declaration ? `\`${thing.declaration.name.text}\`` : "a declaration";
    case "chosen":
      return "a stage chosen by its result";
    case "view":
      return `the view \`${thing.pass.name}\``;
    case "blend":
      return thing.label;
    case "folding":
      return `${thing.data.label}.fold, which needs its number`;
    case "sweep":
      return `the sweep \`${thing.name}\``;
    default:
      return `a ${thing.kind}`;
  }
}
