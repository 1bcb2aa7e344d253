import type { Span } from "../diagnostics/source.ts";
import { type Dim, printDim, sameDim } from "../ir/dim.ts";
import type { Expr, Input, ModuleNode, ShapeNode } from "../syntax/ast.ts";
import { namesBatch } from "./declaration-text.ts";
import { type Env, inner, localNamed } from "./env.ts";
import { evaluate, sizeThing } from "./evaluate.ts";
import { nearest } from "./nearest.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { toTensor } from "./tensor-arithmetic.ts";
import { dimsOf, none, sizeOf, type TensorThing, type Thing } from "./things.ts";
import { describeThing } from "./type.ts";

/** Marks a carried axis inside a module, so that no name there meets it. */
export const carriedMark = "^";

/** Axes as the caller knows them, for messages. */
export function printAxes(x: TensorThing): string {
  const axes = x.axes.map((name, i) => `${name.replaceAll(carriedMark, "")}: ${printDim(dimsOf(x)[i] ?? 0)}`);
  return `[${axes.join(", ")}]`;
}

/** What a module's inputs are under its own names. */
export interface Matched {
  readonly names: readonly (readonly [string, Thing])[];
  readonly sizes: ReadonlyMap<string, Thing>;
  /** The caller's names of the signature's axes. */
  readonly callers: ReadonlyMap<string, string>;
}

/** Matches what is given against a module's signature (language rule 20). */
export function matchInputs(declaration: ModuleNode, given: readonly Thing[], env: Env, span: Span): Matched {
  const reporter: Reporter = env.session.reporter;
  const things = byName(declaration, given, env, span);
  const names: [string, Thing][] = [];
  const sizes = new Map<string, Thing>();
  const dims = new Map<string, { dim: Dim; from: string }>();
  const callers = new Map<string, string>();
  declaration.inputs.forEach((input, i) => {
    const thing = things[i];
    if (thing === undefined || thing.kind === "none") {
      if (!input.optional) {
        reporter.refuse("missing-argument", span, {
          callee: `\`${declaration.name.text}\``,
          name: input.name.text,
          expected: "a tensor",
        });
      }
      names.push([input.name.text, none]);
      return;
    }
    if (input.many) {
      const items = thing.kind === "list" || thing.kind === "tuple" ? thing.items : [thing];
      names.push([
        input.name.text,
        {
          kind: "list",
          items: items.map((item) => {
            const tensor = asTensor(item, input, declaration, env, span);
            // Each has sizes of its own: what a name stands for in one says nothing of the next.
            if (input.shape !== undefined)
              matchShape(tensor, input, input.shape, new Map(dims), new Map(callers), declaration, env, span);
            return tensor;
          }),
        },
      ]);
      return;
    }
    const tensor = asTensor(thing, input, declaration, env, span);
    names.push([
      input.name.text,
      input.shape === undefined
        ? tensor
        : matchShape(tensor, input, input.shape, dims, callers, declaration, env, span),
    ]);
  });
  if (things.length > declaration.inputs.length) {
    reporter.refuse("too-many-arguments", span, {
      callee: `\`${declaration.name.text}\``,
      most: declaration.inputs.length,
    });
  }
  for (const [name, { dim }] of dims) sizes.set(name, sizeOf(dim));
  return { names, sizes, callers };
}

/** A map of tensors fills inputs by name (language rule 19). */
function byName(
  declaration: ModuleNode,
  given: readonly Thing[],
  env: Env,
  span: Span,
): readonly (Thing | undefined)[] {
  const only = given[0];
  if (given.length === 1 && only?.kind === "map") {
    const names = declaration.inputs.map(({ name }) => name.text);
    const other = [...only.entries.keys()].find((key) => !names.includes(key));
    if (other !== undefined) {
      const near = nearest(other, names);
      const help =
        near === undefined
          ? `its inputs are ${names.map((name) => `\`${name}\``).join(", ")}`
          : `the map has \`${other}\`, the input is \`${near}\``;
      env.session.reporter.refuse(
        "unknown-argument",
        span,
        { callee: `\`${declaration.name.text}\``, name: other },
        { help },
      );
    }
    return names.map((name) => only.entries.get(name));
  }
  if (given.length === 1 && only?.kind === "tuple") return only.items;
  const many = declaration.inputs.length === 1 && declaration.inputs[0]?.many === true;
  return many && given.length > 1 ? [{ kind: "list", items: given }] : given;
}

function asTensor(thing: Thing, input: Input, declaration: ModuleNode, env: Env, span: Span): TensorThing {
  if (thing.kind === "poison") throw new Refusal();
  const tensor = toTensor(thing, env, span);
  if (tensor !== undefined) return tensor;
  return env.session.reporter.refuse("wrong-type", span, {
    what: `\`${input.name.text}\` of \`${declaration.name.text}\``,
    expected: "a tensor",
    actual: describeThing(thing),
  });
}

/** Matches a tensor's axes against a signature, from the right; what is left over is carried (language rule 79). */
function matchShape(
  tensor: TensorThing,
  input: Input,
  shape: ShapeNode,
  dims: Map<string, { dim: Dim; from: string }>,
  callers: Map<string, string>,
  declaration: ModuleNode,
  env: Env,
  span: Span,
): TensorThing {
  const reporter: Reporter = env.session.reporter;
  // The samples of a loss may be named: they are carried (language rule 34).
  const ofSamples = (axis: ShapeNode["axes"][number]): boolean =>
    declaration.kind === "loss" && axis.kind === "axis" && axis.name.text === "batch";
  const wanted = shape.axes.filter((axis) => axis.kind !== "carried" && !ofSamples(axis));
  const carries = shape.axes.some((axis) => axis.kind === "carried" || ofSamples(axis));
  // That is told where it is declared.
  if (declaration.kind !== "loss" && namesBatch(shape)) reporter.silent();
  const have = dimsOf(tensor);
  const lead = tensor.axes.length - wanted.length;
  const what = `\`${input.name.text}\` of \`${declaration.name.text}\``;
  const mismatch = (): never =>
    reporter.refuse(
      "shape-mismatch",
      span,
      { what, left: printAxes(tensor), right: textOf(shape) },
      {
        related: [{ span: shape.span, text: "the module takes this" }],
      },
    );
  if (lead < 0 || (!carries && lead > 0)) {
    if (wanted.some((axis) => axis.kind === "axis" && axis.name.text === "time") && !tensor.axes.includes("time")) {
      reporter.refuse(
        "needs-clip",
        span,
        { what: `\`${declaration.name.text}\`` },
        { help: "give the stage a `clip:`" },
      );
    }
    mismatch();
  }
  // Axes with the signature's own names in another order are a mistake that sizes may hide.
  const inside = wanted.map((axis) => (axis.kind === "axis" ? axis.name.text : ""));
  const outside = tensor.axes.slice(lead);
  if (inside.some((name, i) => outside[i] !== name && outside.includes(name) && inside.includes(outside[i] ?? ""))) {
    reporter.refuse(
      "shape-mismatch",
      span,
      { what, left: printAxes(tensor), right: textOf(shape) },
      {
        help: `the axes stand in another order: -> order([.., ${inside.join(", ")}])`,
        related: [{ span: shape.span, text: "the module takes this" }],
      },
    );
  }
  // `d: da` calls the size `da`; any other size must be what it says.
  const bindSize = (size: Expr, dim: Dim): void => {
    const name = size.kind === "name" && localNamed(env, size.name) === undefined ? size.name : undefined;
    const known = name === undefined ? undefined : dims.get(name);
    if (name !== undefined && known === undefined) {
      dims.set(name, { dim, from: input.name.text });
      return;
    }
    const wantedSize = known?.dim ?? sizeThing(evaluate(size, sizeScope(env, dims)), size.span, env);
    if (wantedSize !== undefined && !sameDim(wantedSize, dim)) mismatch();
  };
  const axes = tensor.axes.slice(0, lead).map((name) => (name === "time" ? name : `${carriedMark}${name}`));
  wanted.forEach((axis, i) => {
    const name = tensor.axes[lead + i] ?? "";
    const dim = have[lead + i] ?? 1;
    if (axis.kind === "size" && !sameDim(sizeThing(evaluate(axis.size, env), axis.span, env) ?? 0, dim)) mismatch();
    if (axis.kind !== "axis") {
      axes.push(`${carriedMark}${name}`);
      return;
    }
    const inside = axis.name.text;
    if (axis.size !== undefined) bindSize(axis.size, dim);
    if ((inside === "time") !== (name === "time")) {
      if (inside === "time" && !tensor.axes.includes("time")) {
        reporter.refuse(
          "needs-clip",
          span,
          { what: `\`${declaration.name.text}\`` },
          { help: "give the stage a `clip:`" },
        );
      }
      mismatch();
    }
    const known = axis.size === undefined ? dims.get(inside) : undefined;
    if (known !== undefined && !sameDim(known.dim, dim)) {
      reporter.refuse(
        "shape-mismatch",
        span,
        { what, left: `${name}: ${printDim(dim)}`, right: `${inside}: ${printDim(known.dim)} of \`${known.from}\`` },
        { related: [{ span: shape.span, text: "the module takes this" }] },
      );
    }
    if (known === undefined && !dims.has(inside)) dims.set(inside, { dim, from: input.name.text });
    if (!callers.has(inside)) callers.set(inside, name);
    axes.push(inside);
  });
  return { ...tensor, axes };
}

/** Sizes that other inputs have set. */
function sizeScope(env: Env, dims: ReadonlyMap<string, { readonly dim: Dim }>): Env {
  return inner(
    env,
    [...dims].map(([name, { dim }]) => [name, sizeOf(dim)] as const),
  );
}

export function textOf({ span }: { readonly span: Span }): string {
  return span.source.text.slice(span.start, span.end);
}
