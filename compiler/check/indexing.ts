import type { Span } from "../diagnostics/source.ts";
import { addDims, type Dim, printDim, substituteDim } from "../ir/dim.ts";
import * as v from "../ops/vocabulary.ts";
import type { Expr, IndexNode } from "../syntax/ast.ts";
import { namedPath } from "./body.ts";
import { canonical } from "./canonical.ts";
import { checkpointOf } from "./checkpoints.ts";
import type { Env } from "./env.ts";
import { evaluate, taskNamed } from "./evaluate.ts";
import { suggestion } from "./nearest.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { noteRead, spend } from "./session.ts";
import { printAxes } from "./signature.ts";
import { stageOf } from "./stage-of.ts";
import { bodyOf, toTensor } from "./tensor-arithmetic.ts";
import {
  dimsOf,
  type LayerThing,
  type MemberThing,
  none,
  type SweepThing,
  type TensorThing,
  type Thing,
} from "./things.ts";
import { describeThing } from "./type.ts";

/** `list[0]`, `list[-1]`, `blocks[0 .. 5]`, `map[key]`, `x[n: 0]`, `x[time: 1 ..]`; ends of a range are included. */
export function indexThing(expr: Extract<Expr, { kind: "index" }>, env: Env): Thing {
  const reporter: Reporter = env.session.reporter;
  const target = evaluate(expr.target, env);
  if (target.kind === "poison") throw new Refusal();
  const tensor =
    target.kind === "tensor" || (target.kind === "member" && env.body !== undefined)
      ? toTensor(target, env, expr.target.span)
      : undefined;
  if (tensor !== undefined) return expr.indices.reduce((x, index) => cut(x, index, env), tensor);
  const [index, more] = expr.indices;
  if (target.kind === "sweep" && index?.axis !== undefined) return variantOf(target, expr, env);
  const stage = target.kind === "declaration" ? stageOf(target, expr.target.span, env) : target;
  if (stage?.kind === "stage" && index?.value.kind === "name" && index.axis === undefined && more === undefined) {
    return checkpointOf(stage, taskNamed(index.value.name, env) ?? index.value.name, index.span, env);
  }
  if (index === undefined || more !== undefined || index.axis !== undefined) {
    return reporter.refuse("wrong-type", expr.span, {
      what: "the index",
      expected: "one position",
      actual: "an axis or several",
    });
  }
  if (target.kind === "map") return entryOf(target, index, env);
  if (target.kind === "member" && env.body === undefined) return layerOf(target, index, env);
  const items = itemsOf(target);
  if (items === undefined) {
    return reporter.refuse("cannot-combine", expr.span, {
      left: describeThing(target),
      operator: "[..]",
      right: "an index",
    });
  }
  const at = evaluate(index.value, env);
  if (at.kind === "range") {
    const { from, to } = bounds(at, items.length, index.span, env);
    const kept = items.slice(from, to + 1);
    spend(env.session, index.span, kept.length);
    return target.kind === "layer"
      ? { ...target, of: { kind: "sequence", layers: kept.filter(isLayer) } }
      : { kind: "list", items: kept };
  }
  if (at.kind === "number") {
    const item = items.at(position(at.value, items.length, index.span, env));
    if (item !== undefined) return item;
  }
  return reporter.refuse("wrong-type", index.span, {
    what: "the index",
    expected: "a whole number or a range",
    actual: describeThing(at),
  });
}

/** `teacher.blocks[2]`, where weights start from (language rule 60): a path below a stage. */
function layerOf(member: MemberThing, index: IndexNode, env: Env): Thing {
  const at = evaluate(index.value, env);
  if (at.kind === "number" && at.integer && at.value >= 0) return { ...member, name: `${member.name}[${at.value}]` };
  return env.session.reporter.refuse("wrong-type", index.span, {
    what: "the index of a stage's layer",
    expected: "a whole number from 0 on",
    actual: describeThing(at),
  });
}

/** `table3[goal: valence, length: 20]`: the one variant with these values (language rule 73). */
function variantOf(sweep: SweepThing, expr: Extract<Expr, { kind: "index" }>, env: Env): Thing {
  const reporter: Reporter = env.session.reporter;
  const wanted = expr.indices.map(({ axis, value, span }) => ({
    name: axis?.text ?? "",
    text: canonical(evaluate(value, env)),
    span,
  }));
  spend(env.session, expr.span, sweep.points.length);
  const axes = new Set(sweep.points.flatMap((point) => [...point.axes.keys()]));
  for (const { name, span } of wanted) {
    if (axes.has(name)) continue;
    const help = suggestion(name, axes) ?? `its axes are ${[...axes].map((axis) => `\`${axis}\``).join(", ")}`;
    reporter.refuse("no-member", span, { what: `the sweep \`${sweep.name}\``, name }, { help });
  }
  const fitting = sweep.points.filter((point) =>
    wanted.every(({ name, text }) => canonical(point.axes.get(name) ?? none) === text),
  );
  const [first, second] = fitting;
  if (first !== undefined && second === undefined) return first.thing;
  return reporter.refuse("out-of-range", expr.span, {
    what: `the variants of \`${sweep.name}\` with these values`,
    expected: "one",
    actual: fitting.length,
  });
}

function isLayer(thing: Thing): thing is LayerThing {
  return thing.kind === "layer";
}

function itemsOf(thing: Thing): readonly Thing[] | undefined {
  if (thing.kind === "list") return thing.items;
  if (thing.kind === "sweep") return thing.points.map((point) => point.thing);
  return thing.kind === "layer" && thing.of.kind === "sequence" ? thing.of.layers : undefined;
}

function entryOf(map: Extract<Thing, { kind: "map" }>, index: IndexNode, env: Env): Thing {
  const { value } = index;
  const name = value.kind === "name" ? (taskNamed(value.name, env) ?? localKey(value.name, env)) : undefined;
  const thing = name === undefined ? evaluate(value, env) : undefined;
  const key = name ?? keyText(thing);
  const entry = key === undefined ? undefined : map.entries.get(key);
  if (entry !== undefined && key !== undefined) {
    noteRead(env.session, map.entries, key);
    return entry;
  }
  return env.session.reporter.refuse(
    "no-member",
    index.span,
    { what: "this map", name: key ?? "that" },
    {
      help: `it has ${[...map.entries.keys()].map((each) => `\`${each}\``).join(", ") || "no entries"}`,
    },
  );
}

function localKey(name: string, env: Env): string {
  for (let scope = env.local; scope !== undefined; scope = scope.around) {
    const thing = scope.names.get(name);
    if (thing !== undefined) return keyText(thing) ?? name;
  }
  return name;
}

function keyText(thing: Thing | undefined): string | undefined {
  if (thing?.kind === "task" || thing?.kind === "label") return thing.name;
  return thing?.kind === "string" ? thing.value : undefined;
}

function position(value: number, length: number, span: Span, env: Env): number {
  const at = value < 0 ? value + length : value;
  if (Number.isInteger(value) && at >= 0 && at < length) return at;
  return env.session.reporter.refuse("out-of-range", span, {
    what: "the index",
    expected: length === 0 ? "into something that is not empty" : `from 0 to ${length - 1}, or -${length} to -1`,
    actual: value,
  });
}

function bounds(
  range: Extract<Thing, { kind: "range" }>,
  length: number,
  span: Span,
  env: Env,
): { readonly from: number; readonly to: number } {
  const from = range.from === undefined ? 0 : position(range.from, length, span, env);
  const to = range.to === undefined ? length - 1 : position(range.to, length, span, env);
  if (from > to) {
    env.session.reporter.refuse("out-of-range", span, {
      what: "the range",
      expected: "one that begins before its end",
      actual: `${from} .. ${to}`,
    });
  }
  return { from, to };
}

/** A slice of one axis; a single index takes the axis away. */
function cut(x: TensorThing, index: IndexNode, env: Env): TensorThing {
  const reporter: Reporter = env.session.reporter;
  const axisName = index.axis?.text ?? x.axes.at(-1) ?? "";
  const i = x.axes.indexOf(axisName);
  if (i < 0)
    return reporter.refuse(
      "unknown-axis",
      index.axis?.span ?? index.span,
      { axis: axisName, shape: printAxes(x) },
      { help: /^[A-Za-z_]/.test(axisName) ? undefined : "a range is written with two dots, such as 0 .. 3" },
    );
  const dim = dimsOf(x)[i] ?? 1;
  if (axisName === "time") bodyOf(env).build.overTime = true;
  const wireAxis = x.batched ? i + 1 : i;
  const body = bodyOf(env);
  const { build } = body;
  const { g } = build;
  g.at = namedPath(body, body.definition);
  if (index.value.kind === "range") {
    const end = (side: Expr | undefined, open: Dim) =>
      side === undefined ? open : sizedEnd(evaluate(side, env), dim, side.span, axisName, build.clip?.length, env);
    const start = end(index.value.start, 0);
    const last = end(index.value.end, addDims(dim, -1));
    if (typeof start === "number" && typeof last === "number" && start > last) {
      reporter.refuse("out-of-range", index.span, {
        what: "the range",
        expected: "one that begins before its end",
        actual: `${start} .. ${last}`,
      });
    }
    return { ...x, wire: v.slice(g, x.wire, wireAxis, start, addDims(last, 1)) };
  }
  const at = evaluate(index.value, env);
  if (at.kind === "number") {
    const start = endOf(at.value, dim, index.span, axisName, build.clip?.length, env);
    const piece = v.slice(g, x.wire, wireAxis, start, addDims(start, 1));
    const shape = piece.type.shape.filter((_, j) => j !== wireAxis);
    return { ...x, wire: v.reshape(g, piece, shape), axes: x.axes.filter((_, j) => j !== i) };
  }
  return reporter.refuse("wrong-type", index.span, {
    what: "the index",
    expected: "a whole number or a range",
    actual: describeThing(at),
  });
}

/** An end of a range: a number, or a size that is known when it runs, such as `size(x, time) - 1`. */
function sizedEnd(thing: Thing, dim: Dim, span: Span, axis: string, time: number | undefined, env: Env): Dim {
  if (thing.kind === "number") return endOf(thing.value, dim, span, axis, time, env);
  if (thing.kind === "poison") throw new Refusal();
  if (thing.kind !== "size") {
    return env.session.reporter.refuse("wrong-type", span, {
      what: "an end of a range",
      expected: "a number or a size",
      actual: describeThing(thing),
    });
  }
  const known = time === undefined ? thing.dim : substituteDim(thing.dim, new Map([["time", time]]));
  if (typeof known === "number" && typeof dim === "number" && known >= dim) {
    env.session.reporter.refuse(
      "out-of-range",
      span,
      { what: `the place in \`${axis}\``, expected: `below ${dim}`, actual: known },
      { help: `the clip has ${time} frames; allow more, or cut shorter clips` },
    );
  }
  return thing.dim;
}

/** A position that may count from the end of an axis, whose size may be a symbol. */
function endOf(value: number, dim: Dim, span: Span, axis: string, time: number | undefined, env: Env): Dim {
  if (typeof dim === "number") return position(value, dim, span, env);
  const known = time === undefined ? dim : substituteDim(dim, new Map([["time", time]]));
  // Of a clip, the length is known; that of a whole video is not.
  if (typeof known === "number" && known > 1) position(value, known, span, env);
  if (!Number.isInteger(value)) {
    env.session.reporter.refuse("out-of-range", span, {
      what: `the place in \`${axis}\` (${printDim(dim)})`,
      expected: "a whole number",
      actual: value,
    });
  }
  return value < 0 ? addDims(dim, value) : value;
}
