import type { GraphBuilder } from "../ir/builder.ts";
import { printDim, printShape } from "../ir/dim.ts";
import type { Node, Value } from "../ir/graph.ts";
import type { ModuleNode } from "../syntax/ast.ts";
import type { Body } from "./body.ts";
import { canonical } from "./canonical.ts";
import { localNamed } from "./env.ts";
import { MentionedNames } from "./mentioned-names.ts";
import type { ModelBuild, ParameterBuild, StateBuild } from "./model-build.ts";
import type { Session } from "./session.ts";
import type { Given, TensorThing, Thing } from "./things.ts";

/**
 * What one application of a module did to its model. A later one that agrees in everything that decides it does the same again, to
 * its own inputs and under its own path, without evaluating the module's text: a network is mostly the same block many times over.
 */
export interface Recording {
  /** The graph it was made in. */
  readonly graph: GraphBuilder;
  /** The path it was made under, and its inputs there, in the order of the key. */
  readonly path: string;
  readonly inputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly parameters: readonly ParameterBuild[];
  readonly states: readonly StateBuild[];
  /** Numbers of random streams: the first it took, and how many. */
  readonly streams: { readonly from: number; readonly count: number };
  readonly overTime: boolean;
  /** Rounds of loops and uses of modules. */
  readonly work: number;
  readonly result: Thing;
}

/**
 * What decides an application: the module, its arguments, its inputs' axes and sizes, and what of the place it can see. Undefined where
 * an argument is more than its text says, such as a layer.
 */
export function applicationOf(
  session: Session,
  declaration: ModuleNode,
  names: Iterable<readonly [string, Thing]>,
  { build, depth, loss }: Body,
): { readonly key: string; readonly inputs: readonly Value[] } | undefined {
  const parts = [`${session.idOf(declaration)} ${depth} ${loss} ${build.clip === undefined ? "" : clipText(build)}`];
  const inputs: Value[] = [];
  for (const [name, thing] of names) {
    const text = textOf(thing, session, inputs);
    if (text === undefined) return undefined;
    parts.push(`${name}: ${text}`);
  }
  return { key: parts.join("\n"), inputs };
}

function clipText({ clip, time }: ModelBuild): string {
  return `${clip?.pad} ${clip?.by} ${clip?.length} ${time === undefined ? "" : printDim(time)}`;
}

function textOf(thing: Thing, session: Session, wires: Value[]): string | undefined {
  switch (thing.kind) {
    case "bool":
    case "number":
    case "string":
    case "label":
    case "none":
    case "size":
    case "quantity":
    case "range":
      return `${thing.kind} ${canonical(thing)}`;
    case "tensor":
      return tensorText(thing, wires);
    case "list":
    case "tuple":
      return textsOf(thing.items, session, wires);
    case "recipe": {
      const callee = thing.callee.kind === "library" ? thing.name : session.idOf(thing.callee.declaration);
      const given = [...thing.args.positional.map((each) => ["", each] as const), ...thing.args.named];
      const texts = given.map(([name, each]) => {
        const text = givenText(each, session);
        return text === undefined ? undefined : `${name}: ${text}`;
      });
      return texts.includes(undefined) ? undefined : `recipe ${callee}(${texts.join(", ")})`;
    }
    default:
      return undefined;
  }
}

function textsOf(things: readonly Thing[], session: Session, wires: Value[]): string | undefined {
  const texts = things.map((each) => textOf(each, session, wires));
  return texts.includes(undefined) ? undefined : `[${texts.join(", ")}]`;
}

/** An argument that is not evaluated yet is its text and the plain values of the local names in it. */
function givenText({ thing, expr, env }: Given, session: Session): string | undefined {
  if (thing !== undefined) return textOf(thing, session, []);
  if (expr === undefined || env === undefined) return undefined;
  const names = new MentionedNames();
  names.expr(expr);
  const values: string[] = [`${session.idOf(env.file)} ${expr.span.source.text.slice(expr.span.start, expr.span.end)}`];
  for (const name of names.all) {
    const local = localNamed(env, name);
    if (local === undefined) continue;
    const text = local.kind === "tensor" ? undefined : textOf(local, session, []);
    if (text === undefined) return undefined;
    values.push(`${name} = ${text}`);
  }
  return values.join("; ");
}

/** Axes and sizes; an input that is the same value as an earlier one says which. */
function tensorText({ axes, batched, wire }: TensorThing, wires: Value[]): string {
  const before = wires.indexOf(wire);
  wires.push(wire);
  const same = before < 0 ? "" : ` = ${before}`;
  return `${wire.type.dtype}${printShape(wire.type.shape)} ${axes.join()} ${batched}${same}`;
}
