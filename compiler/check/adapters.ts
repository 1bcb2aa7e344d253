import type { Span } from "../diagnostics/source.ts";
import { borrowedFrom } from "./borrowed.ts";
import { type Env, inner } from "./env.ts";
import { evaluateAs, forEachSuffix, takenBranch } from "./evaluate.ts";
import type { Adapter, Adapters, ModelBuild } from "./model-build.ts";
import { firstNames, nearPattern, patternOf } from "./pattern.ts";
import { attempt, type Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import type { Session } from "./session.ts";
import { entryOf, stageScope } from "./stage-entry.ts";
import { placeIn, type Thing } from "./things.ts";
import { call } from "./type.ts";

const adapterType = call("adapter");

/**
 * `adapt: {face.**.qkv: lora(rank: 16)}` (language rule 59): what is added to which layers of a model that was built without. `names` are
 * those of the model's body.
 */
export function adaptersOf(session: Session, model: ModelBuild, names: ReadonlyMap<string, Thing>): Adapters {
  const { stage } = model;
  const own = stageScope(session, stage);
  const scope = inner({ ...own, local: undefined }, [...names, ...(own.local?.names ?? [])]);
  const { reporter } = session;
  const before = reporter.errors;
  const layers = attempt(
    () => adaptedLayers(model, scope),
    () => new Map<string, Adapter>(),
  );
  return { layers, mistakes: reporter.errors - before };
}

function adaptedLayers(model: ModelBuild, scope: Env): ReadonlyMap<string, Adapter> {
  const { stage } = model;
  const adapted = new Map<string, Adapter>();
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === "adapt");
  const given = whole?.expr ?? entryOf(stage, "adapt")?.value;
  if (given === undefined || stage.declaration.verb === "apply") return adapted;
  const place = whole === undefined ? scope : inner(scope, whole.env.local?.names ?? []);
  const node = takenBranch(given, place);
  const { reporter } = scope.session;
  if (node.kind === "none") return adapted;
  if (node.kind !== "map") {
    const expected = "a map from patterns, such as {face.**.qkv: lora(rank: 16)}";
    return reporter.refuse("wrong-type", node.span, { what: "`adapt`", expected, actual: textOf(node.span) });
  }
  const linear = [...model.parameters.values()].filter(
    ({ path, layer }) =>
      layer === "linear" && path.endsWith(".weight") && borrowedFrom(path, model.borrowed) === undefined,
  );
  const places = new Map<string, Span>();
  for (const entry of node.entries) {
    forEachSuffix(entry.suffixes, place, (here) => {
      attempt(
        () => {
          const pattern = patternOf(entry.path, here, [...model.parameters.keys()]);
          const call = evaluateAs(entry.value, here, adapterType, "what a pattern is adapted by");
          const adapter = adapterOf(call, reporter);
          const matched = linear.filter(({ path }) => pattern.covers(path));
          if (matched.length === 0) {
            const names = linear.map(({ path }) => path.slice(0, -".weight".length));
            const near = nearPattern(pattern, entry.path.span, names);
            reporter.refuse(
              "pattern-matches-nothing",
              entry.path.span,
              { pattern: pattern.text },
              {
                ...near,
                help:
                  near.help ?? `adapters go to \`linear\` layers; those of this model are under ${firstNames(names)}`,
              },
            );
          }
          for (const { path, shape } of matched) {
            const most = adapter.kind === "lora" ? Math.min(...shape) : Number.POSITIVE_INFINITY;
            const size = adapter.kind === "lora" ? adapter.rank : adapter.width;
            const word = adapter.kind === "lora" ? "rank" : "width";
            if (size < 1 || size > most)
              reporter.refuse("out-of-range", call.kind === "call" ? placeIn(call, word) : entry.value.span, {
                what: `the ${word} of an adapter of \`${path}\``,
                expected: most === Number.POSITIVE_INFINITY ? "at least 1" : `from 1 to ${most}`,
                actual: size,
              });
            const layer = path.slice(0, -".weight".length);
            const before = places.get(layer);
            if (before !== undefined) {
              const related = [{ span: before, text: "first adapted here" }];
              reporter.refuse("duplicate-key", entry.path.span, { key: layer }, { related });
            }
            places.set(layer, entry.path.span);
            adapted.set(layer, adapter);
          }
        },
        () => undefined,
      );
    });
  }
  return adapted;
}

function adapterOf(thing: Thing, reporter: Reporter): Adapter {
  if (thing.kind !== "call") return reporter.silent();
  if (thing.name === "bottleneck") {
    const act = thing.args.get("act");
    const relu = act?.kind === "label" && act.name === "relu";
    return { kind: "bottleneck", width: numberIn(thing, "width", 1), act: relu ? "relu" : "gelu" };
  }
  const rank = numberIn(thing, "rank", 1);
  const alpha = numberIn(thing, "alpha", rank);
  if (alpha <= 0)
    reporter.report("out-of-range", placeIn(thing, "alpha"), {
      what: "`alpha`",
      expected: "above 0",
      actual: alpha,
    });
  return { kind: "lora", rank, scale: alpha / rank };
}

function textOf({ source, start, end }: Span): string {
  return source.text.slice(start, end);
}
