import type { Span } from "../diagnostics/source.ts";
import { canonical } from "./canonical.ts";
import { completed } from "./completed.ts";
import { type Env, inner } from "./env.ts";
import { evaluateAs, forEachSuffix, takenBranch } from "./evaluate.ts";
import type { StageBuild } from "./model-build.ts";
import { firstNames, nearPattern, patternOf } from "./pattern.ts";
import { attempt } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import { entryOf } from "./stage-entry.ts";
import { placeIn } from "./things.ts";
import { call } from "./type.ts";

/** The weights that adapters add; not complete where a mistake was met. */
export interface Adapters {
  readonly paths: readonly string[];
  readonly complete: boolean;
}

/**
 * `adapt: {face.**.qkv: lora(rank: 16)}` (language rule 59): the paths of the weights that it adds, `<layer>.lora.down` [rank, in] and
 * `<layer>.lora.up` [out, rank] (https://arxiv.org/abs/2106.09685).
 */
export function adaptersOf(built: StageBuild, scope: Env, later: string[]): Adapters {
  const { model, stage } = built;
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === "adapt");
  const given = whole?.expr ?? entryOf(stage, "adapt")?.value;
  if (given === undefined) return { paths: [], complete: true };
  const place = whole === undefined ? scope : inner(scope, whole.env.local?.names ?? []);
  const node = takenBranch(given, place);
  const { reporter } = scope.session;
  if (node.kind === "none") return { paths: [], complete: true };
  if (node.kind !== "map") {
    const expected = "a map from patterns, such as {face.**.qkv: lora(rank: 16)}";
    return reporter.refuse("wrong-type", node.span, { what: "`adapt`", expected, actual: textOf(node.span) });
  }
  let complete = true;
  const linear = [...model.parameters.values()].filter(
    ({ path, layer }) => layer === "linear" && path.endsWith(".weight"),
  );
  const added: string[] = [];
  const adapted = new Map<string, Span>();
  for (const entry of node.entries) {
    forEachSuffix(entry.suffixes, place, (here) => {
      attempt(
        () => {
          const pattern = patternOf(entry.path, here, [...model.parameters.keys()]);
          const adapter = evaluateAs(entry.value, here, call("adapter"), "what a pattern is adapted by");
          const alpha = adapter.kind === "call" ? numberIn(adapter, "alpha", 1) : 1;
          if (adapter.kind === "call" && alpha <= 0)
            reporter.report("out-of-range", placeIn(adapter, "alpha"), {
              what: "`alpha`",
              expected: "above 0",
              actual: alpha,
            });
          const rank = adapter.kind === "call" ? numberIn(adapter, "rank", 1) : 1;
          later.push(`adapt.${pattern.name}: ${canonical(completed(adapter))}`);
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
            if (rank < 1 || rank > Math.min(...shape))
              reporter.refuse("out-of-range", adapter.kind === "call" ? placeIn(adapter, "rank") : entry.value.span, {
                what: `the rank of an adapter of \`${path}\``,
                expected: `from 1 to ${Math.min(...shape)}`,
                actual: rank,
              });
            const layer = path.slice(0, -".weight".length);
            const before = adapted.get(layer);
            if (before !== undefined) {
              const related = [{ span: before, text: "first adapted here" }];
              reporter.refuse("duplicate-key", entry.path.span, { key: layer }, { related });
            }
            adapted.set(layer, entry.path.span);
            added.push(`${layer}.lora.down`, `${layer}.lora.up`);
          }
        },
        () => {
          complete = false;
        },
      );
    });
  }
  if (node.entries.length > 0)
    reporter.report("not-yet", entryOf(stage, "adapt")?.span ?? stage.span, { what: "`adapt`" });
  return { paths: added, complete };
}

function textOf({ source, start, end }: Span): string {
  return source.text.slice(start, end);
}
