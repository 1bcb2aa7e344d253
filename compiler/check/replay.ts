import type { Span } from "../diagnostics/source.ts";
import type { Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { memoKind } from "./memo.ts";
import { type ModelBuild, presentOf, randomSeed } from "./model-build.ts";
import { addParameter, addState } from "./model-records.ts";
import type { Recording } from "./recording.ts";
import { type Session, spend } from "./session.ts";
import type { Thing } from "./things.ts";

/** Where a recording begins: how much had been done to the model before. */
interface Mark {
  readonly nodes: number;
  readonly parameters: number;
  readonly states: number;
  readonly streams: number;
  readonly work: number;
  readonly said: number;
  readonly others: string;
}

/** What an application gives: as recorded by an equal one before it, or made now, and recorded if all that it did can be done again. */
export function recorded(
  session: Session,
  build: ModelBuild,
  application: { readonly key: string; readonly inputs: readonly Value[] } | undefined,
  path: string,
  name: string,
  span: Span,
  make: () => Thing,
): Thing {
  if (application === undefined) return make();
  const { key, inputs } = application;
  const memo = recordings(session);
  const known = memo.peek(key);
  let result: Thing | undefined;
  const record = (): Recording | undefined => {
    const mark = markOf(session, build);
    const over = build.overTime;
    build.overTime = false;
    result = make();
    const recording = recordingSince(mark, session, build, inputs, path, result);
    build.overTime ||= over;
    return recording;
  };
  // What could not be recorded once is made each time.
  if (known !== undefined && known.value === undefined) return make();
  const recording = memo.get(key, record, { decidedBy: () => `${name} ${key}`, inTheMaking: () => undefined });
  if (result !== undefined) return result;
  return recording === undefined ? make() : replay(recording, session, build, inputs, path, span);
}

const recordings = memoKind<Recording | undefined>();

function markOf({ ledger: { work, said } }: Session, build: ModelBuild): Mark {
  const { g, parameters, states, streams } = build;
  return {
    nodes: g.applied.length,
    parameters: parameters.size,
    states: states.size,
    streams,
    work,
    said,
    others: others(build),
  };
}

/** How many of the records there are that no recording covers. */
function others({ encoders, borrowed, features, networks, schedules, heads, fields }: ModelBuild): string {
  return [encoders, borrowed, features, networks, schedules, heads, fields].map(({ size }) => size).join();
}

/** Undefined where something was said, or reached beyond the module's inputs and its own weights. */
function recordingSince(
  mark: Mark,
  session: Session,
  build: ModelBuild,
  inputs: readonly Value[],
  path: string,
  result: Thing,
): Recording | undefined {
  if (session.ledger.said !== mark.said || others(build) !== mark.others) return undefined;
  const nodes = build.g.applied.slice(mark.nodes);
  const parameters = new Set([...build.parameters.values()].slice(mark.parameters));
  const states = new Set([...build.states.values()].slice(mark.states));
  const known = new Set<Value>(inputs);
  const covers = (value: Value): boolean => {
    if (known.has(value)) return true;
    known.add(value);
    const { source } = value;
    if (source.kind === "constant") return true;
    if (source.kind === "node") return false;
    const own = source.name.startsWith(`${path}.`) || source.name === path;
    const parameter = source.role === "parameter" && own ? build.parameters.get(source.name) : undefined;
    const state = source.role === "state" && own ? build.states.get(source.name) : undefined;
    if (parameter !== undefined) parameters.add(parameter);
    if (state !== undefined) states.add(state);
    return parameter !== undefined || state !== undefined || source.role === "seed" || source.role === "present";
  };
  for (const node of nodes) {
    for (const input of node.inputs) if (input !== undefined && !covers(input)) return undefined;
    for (const output of node.outputs) known.add(output);
  }
  const wires = wiresOf(result);
  const next = [...states].flatMap((state) => state.next ?? []);
  if (wires === undefined || ![...wires, ...next].every(covers)) return undefined;
  const streams = { from: mark.streams, count: build.streams - mark.streams };
  const work = session.ledger.work - mark.work;
  const { overTime, g: graph } = build;
  return {
    graph,
    path,
    inputs,
    nodes,
    parameters: [...parameters],
    states: [...states],
    streams,
    overTime,
    work,
    result,
  };
}

/** The tensors of a result; undefined if it is more than tensors and numbers. */
function wiresOf(thing: Thing): readonly Value[] | undefined {
  switch (thing.kind) {
    case "tensor":
      return [thing.wire];
    case "list":
    case "map": {
      const wires = [...(thing.kind === "list" ? thing.items : thing.entries.values())].map(wiresOf);
      return wires.includes(undefined) ? undefined : wires.flatMap((each) => each ?? []);
    }
    case "number":
    case "size":
    case "none":
      return [];
    default:
      return undefined;
  }
}

function replay(
  recording: Recording,
  session: Session,
  build: ModelBuild,
  inputs: readonly Value[],
  path: string,
  span: Span,
): Thing {
  spend(session, span, recording.work);
  const { g } = build;
  const moved = (at: string): string | undefined =>
    at === recording.path || at.startsWith(`${recording.path}.`)
      ? `${path}${at.slice(recording.path.length)}`
      : undefined;
  const values = new Map<Value, Value>();
  recording.inputs.forEach((before, i) => {
    const now = inputs[i];
    if (now !== undefined) values.set(before, now);
  });
  for (const parameter of recording.parameters) {
    const at = moved(parameter.path) ?? parameter.path;
    values.set(parameter.value, addParameter(session.reporter, build, { ...parameter, path: at }));
  }
  for (const { path: at, shape, start, value } of recording.states)
    values.set(value, addState(build, { path: moved(at) ?? at, shape, start }).value);
  const hereOf = (value: Value): Value => {
    const known = values.get(value);
    if (known !== undefined) return known;
    const { source, type } = value;
    invariant(source.kind !== "node", "a recording covers what its nodes read");
    const shape = type.shape.filter((dim) => typeof dim === "number");
    const now =
      source.kind === "constant"
        ? g.constant(type.dtype, shape, source.data, source.name)
        : source.role === "seed"
          ? randomSeed(build)
          : presentOf(build);
    values.set(value, now);
    return now;
  };
  const shift = build.streams - recording.streams.from;
  build.streams += recording.streams.count;
  let at = g.at;
  for (const node of recording.nodes) {
    at = moved(node.at) ?? at;
    const { stream } = node.attributes;
    const attributes =
      typeof stream === "number" && shift !== 0 ? { ...node.attributes, stream: stream + shift } : node.attributes;
    const read = node.inputs.map((input) => (input === undefined ? undefined : hereOf(input)));
    const made = g.again(node, read, attributes, at);
    node.outputs.forEach((output, i) => {
      const now = made[i];
      if (now !== undefined) values.set(output, now);
    });
  }
  g.at = at;
  for (const state of recording.states) {
    const now = build.states.get(moved(state.path) ?? state.path);
    if (now !== undefined && state.next !== undefined) now.next = hereOf(state.next);
  }
  build.overTime ||= recording.overTime;
  session.again?.(recording, build, path, values);
  return withWires(recording.result, hereOf);
}

function withWires(thing: Thing, hereOf: (value: Value) => Value): Thing {
  switch (thing.kind) {
    case "tensor":
      return { ...thing, wire: hereOf(thing.wire) };
    case "list":
      return { ...thing, items: thing.items.map((item) => withWires(item, hereOf)) };
    case "map":
      return { ...thing, entries: new Map([...thing.entries].map(([key, each]) => [key, withWires(each, hereOf)])) };
    default:
      return thing;
  }
}
