import type { Span } from "../diagnostics/source.ts";
import type { Parameter, TypeNode } from "../syntax/ast.ts";
import { convert } from "./convert.ts";
import { type Env, inner } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import type { Arguments, Given, Thing } from "./things.ts";
import { describeType, labelsOf, type Params, type Type } from "./type.ts";
import { usualArgument } from "./usual-names.ts";

/** The type that a parameter's annotation names; a name that is no type is a label (language rule 7). */
export function typeOf(node: TypeNode): Type {
  switch (node.kind) {
    case "named":
      return typeNamed(node.name.text);
    case "list":
      return { kind: "list", item: typeOf(node.item) };
    case "map":
      return { kind: "record", key: typeOf(node.key), value: typeOf(node.value) };
    case "optional":
      return { kind: "options", options: [typeOf(node.type), { kind: "none" }] };
    case "alternatives": {
      const options = node.options.map(typeOf);
      const names = options.flatMap((option) => (option.kind === "labels" ? option.names : []));
      const others = options.filter((option) => option.kind !== "labels");
      return others.length === 0
        ? { kind: "labels", names }
        : { kind: "options", options: names.length === 0 ? others : [...others, { kind: "labels", names }] };
    }
    case "missing":
      return { kind: "any" };
  }
}

/** Types by the names that annotations give them, each with what fits it, for people. */
export const namedTypes: Readonly<Record<string, { readonly type: Type; readonly doc: string }>> = {
  int: { type: { kind: "int" }, doc: "A whole number." },
  float: { type: { kind: "float" }, doc: "A number." },
  bool: { type: { kind: "bool" }, doc: "`true` or `false`." },
  string: { type: { kind: "string" }, doc: "A text in quotes." },
  task: { type: { kind: "task" }, doc: "A task, such as `au`." },
  stage: { type: { kind: "stage" }, doc: "A stage, such as `alone(au)`." },
  module: { type: { kind: "module" }, doc: "A recipe of layers: fresh weights at every use." },
  layer: {
    type: { kind: "layer" },
    doc: "One layer with its weights, such as an encoder: shared wherever it is used.",
  },
  data: { type: { kind: "data" }, doc: "A data set." },
  duration: { type: { kind: "duration" }, doc: "Epochs, steps or hours, such as `30 epochs`." },
  span: { type: { kind: "span" }, doc: "Frames, rows or seconds, such as `5 frames`." },
  range: { type: { kind: "range" }, doc: "Two ends, both included, such as `0.8 .. 1.0`." },
  shape: { type: { kind: "shape" }, doc: "Axes with sizes, such as `[n, d: 64]`." },
  axis: { type: { kind: "axis" }, doc: "The name of an axis." },
  tensor: { type: { kind: "tensor" }, doc: "Numbers with named axes." },
  stream: { type: { kind: "stream" }, doc: "One row of a task's width for every frame, such as `alone(au).au`." },
  map: { type: { kind: "map" }, doc: "Entries by name." },
  schedule: {
    type: { kind: "call", family: "schedule" },
    doc: "A number that may change in time, such as `cosine(1e-4)`.",
  },
  loss: { type: { kind: "call", family: "loss" }, doc: "A loss, such as `bce(au)`." },
  metric: { type: { kind: "call", family: "metric" }, doc: "A metric, such as `score(au)`." },
  weights: { type: { kind: "call", family: "weights" }, doc: "A weight file: `load(..)`." },
  rows: { type: { kind: "call", family: "rows" }, doc: "A rule for rows, such as `valid(au)`." },
  none: { type: { kind: "none" }, doc: "Nothing, beside another type: `int | none`, which is `int?`." },
};

function typeNamed(name: string): Type {
  const known = Object.hasOwn(namedTypes, name) ? namedTypes[name] : undefined;
  return known?.type ?? { kind: "labels", names: [name] };
}

/** The value of an argument for a parameter of a type. */
export function argumentValue(given: Given, type: Type, env: Env, what: string): Thing {
  if (given.thing !== undefined) return convert(env.session, given.thing, type, what, given.span);
  if (given.expr === undefined || given.env === undefined) return { kind: "poison" };
  return evaluateAs(given.expr, given.env, type, what);
}

/** Arguments by parameter, converted: those given, without defaults. */
export function bind(
  callee: string,
  types: ReadonlyMap<string, Type>,
  required: ReadonlySet<string>,
  args: Arguments,
  env: Env,
  span: Span,
): Map<string, Thing> {
  const reporter: Reporter = env.session.reporter;
  const names = [...types.keys()];
  const bound = new Map<string, Thing>();
  const put = (name: string, given: Given) => {
    const type = types.get(name);
    if (type === undefined) {
      reporter.refuse(
        "unknown-argument",
        given.nameSpan ?? given.span,
        { callee: `\`${callee}\``, name },
        { help: usualArgument(name, names) ?? suggestion(name, names) ?? takes(names) },
      );
    }
    if (bound.has(name)) reporter.refuse("duplicate-argument", given.nameSpan ?? given.span, { name });
    bound.set(name, argumentValue(given, type, env, `\`${name}\` of \`${callee}\``));
  };
  args.positional.forEach((given, i) => {
    const name = names[i];
    if (name === undefined) {
      reporter.refuse(
        "too-many-arguments",
        given.span,
        { callee: `\`${callee}\``, most: names.length },
        { help: takes(names) },
      );
    }
    put(name, given);
  });
  for (const [name, given] of args.named) put(name, given);
  for (const name of required) {
    const type = types.get(name);
    if (!bound.has(name) && type !== undefined) {
      reporter.refuse("missing-argument", span, { callee: `\`${callee}\``, name, expected: describeType(type) });
    }
  }
  return bound;
}

function takes(names: readonly string[]): string {
  return names.length === 0 ? "it takes none" : `it takes ${names.map((name) => `\`${name}\``).join(", ")}`;
}

/** The same for a function of the library. */
export function bindLibrary(callee: string, params: Params, args: Arguments, env: Env, span: Span): Map<string, Thing> {
  const entries = Object.entries(params);
  return bind(
    callee,
    new Map(entries.map(([name, { type }]) => [name, type])),
    new Set(entries.filter(([, { optional }]) => !optional).map(([name]) => name)),
    args,
    env,
    span,
  );
}

/** The arguments of a declaration's parameters that are given, by name. */
export function bindDeclared(
  callee: string,
  parameters: readonly Parameter[],
  args: Arguments,
  env: Env,
  span: Span,
): Map<string, Thing> {
  return bind(
    callee,
    new Map(parameters.map(({ name, type }) => [name.text, typeOf(type)])),
    new Set(parameters.filter(({ fallback }) => fallback === undefined).map(({ name }) => name.text)),
    args,
    env,
    span,
  );
}

/** A scope with every parameter: given, or its default, which may read those before it (language rule 2). */
export function withDefaults(parameters: readonly Parameter[], bound: ReadonlyMap<string, Thing>, env: Env): Env {
  const scope = inner(env);
  for (const parameter of parameters) {
    const { name, type } = parameter;
    const labels = labelsOf(typeOf(type));
    if (labels.length > 0) scope.local?.labels.set(name.text, labels);
    scope.local?.names.set(name.text, bound.get(name.text) ?? defaultOf(parameter, scope));
  }
  return scope;
}

function defaultOf(parameter: Parameter, scope: Env): Thing {
  const { name, type, fallback } = parameter;
  const { reporter, evaluating } = scope.session;
  if (fallback === undefined) return { kind: "poison" };
  if (evaluating.has(parameter)) {
    const chain = "its default needs it";
    throw reporter.refusal("cycle", name.span, { name: name.text, chain });
  }
  evaluating.add(parameter);
  try {
    return evaluateAs(fallback, scope, typeOf(type), `the default of \`${name.text}\``);
  } finally {
    evaluating.delete(parameter);
  }
}

/** Where the argument of each parameter was written. */
export function argumentPlaces(names: readonly string[], { positional, named }: Arguments): ReadonlyMap<string, Span> {
  const places = new Map([...named].map(([name, given]) => [name, given.span] as const));
  positional.forEach((given, i) => {
    const name = names[i];
    if (name !== undefined) places.set(name, given.span);
  });
  return places;
}
