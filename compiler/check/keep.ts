import type { Span } from "../diagnostics/source.ts";
import type { KeepOne, KeepPlan, Metric } from "../lower/plan.ts";
import { convert } from "./convert.ts";
import { missingDivision } from "./data-parts.ts";
import type { Env } from "./env.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import type { CallThing, DataThing, TaskThing, Thing } from "./things.ts";
import { describeThing, metric } from "./type.ts";

/** Which weights are kept: `best(..)`, `least(..)`, `last`, or one of them for each name of a map (language rule 63). */
export function keepOf(
  thing: Thing | undefined,
  tasks: readonly TaskThing[],
  { judged, by }: { readonly judged: boolean; readonly by: DataThing },
  scope: Env,
  span: Span,
): KeepPlan {
  const reporter: Reporter = scope.session.reporter;
  if (thing === undefined) {
    const scored = tasks.filter(({ scored }) => scored);
    if (scored.length === 0 || !judged) return { kind: "last" };
    const scores = scored.map(({ name }): Metric => ({ kind: "score", task: name }));
    return { kind: "best", metric: scores.reduce((left, right): Metric => ({ kind: "+", left, right })) };
  }
  if (thing.kind === "map") {
    if (thing.entries.size === 0) reporter.refuse("empty-list", span, { callee: "`keep`" });
    const of = new Map<string, KeepOne>();
    for (const [name, each] of thing.entries) {
      const place: CallThing["span"] = thing.places.get(name) ?? span;
      const one = keepOf(each, tasks, { judged, by }, scope, place);
      if (one.kind === "each")
        reporter.refuse("wrong-type", place, {
          what: `what \`${name}\` keeps`,
          expected: "best(metric), least(term) or last",
          actual: "a map",
        });
      of.set(name, one);
    }
    return { kind: "each", of };
  }
  if (thing.kind !== "call") return { kind: "last" };
  if (!judged) {
    reporter.refuse(
      "nothing-to-judge",
      thing.span,
      { what: `\`${thing.name}\`` },
      { help: `write keep: last, or ${wayToJudge(by)}` },
    );
  }
  const term = thing.args.get("term");
  if (term?.kind === "call") return { kind: "least", term: term.name };
  const what = thing.args.get("metric");
  return what === undefined ? { kind: "last" } : { kind: "best", metric: metricOf(what, tasks, scope, thing.span) };
}

function wayToJudge(data: DataThing): string {
  switch (missingDivision(data)) {
    case "split":
      return `give ${data.label} a \`split\`, such as split: random_split(0.8)`;
    case "val":
      return `give ${data.label} its file for validation, val:`;
    case undefined:
      return "train on a part that leaves rows for validation";
  }
}

/** A metric over the scores of tasks that a stage or assembly has (language rule 64). */
export function metricOf(
  thing: Thing,
  tasks: readonly TaskThing[],
  scope: Env,
  span: CallThing["span"],
  inside = false,
): Metric {
  const reporter: Reporter = scope.session.reporter;
  const given = convert(scope.session, thing, metric, "a metric", span);
  if (given.kind === "number" && inside) return { kind: "number", value: given.value };
  if (given.kind === "combined") {
    const { operator } = given;
    if (operator === "+" || operator === "-" || operator === "*" || operator === "/") {
      return {
        kind: operator,
        left: metricOf(given.left, tasks, scope, span, true),
        right: metricOf(given.right, tasks, scope, span, true),
      };
    }
  }
  const task = given.kind === "call" ? given.args.get("task") : undefined;
  if (given.kind === "call" && (given.name === "score" || given.name === "accuracy") && task?.kind === "task") {
    const trained = tasks.find(({ name }) => name === task.name);
    if (trained === undefined) {
      reporter.refuse(
        "no-head",
        span,
        { task: task.name },
        {
          help:
            suggestion(
              task.name,
              tasks.map(({ name }) => name),
            ) ?? `it has ${tasks.map(({ name }) => `\`${name}\``).join(", ") || "no head"}`,
          related: [{ span: given.span, text: "the metric reads it" }],
        },
      );
    }
    if (!task.scored)
      reporter.refuse(
        "no-metric",
        span,
        { task: task.name },
        { related: [{ span: given.span, text: "the metric reads it" }] },
      );
    if (given.name === "accuracy" && task.meaning.kind === "scalar")
      reporter.report("wrong-type", given.span, {
        what: "what `accuracy` is of",
        expected: "a task of units or classes",
        actual: `\`${task.name}\`, a scalar`,
      });
    return { kind: given.name, task: task.name };
  }
  return reporter.refuse("wrong-type", span, {
    what: "a metric",
    expected: "score(task), accuracy(task) or arithmetic of them",
    actual: describeThing(given),
  });
}
