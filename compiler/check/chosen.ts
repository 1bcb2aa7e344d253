import type { Span } from "../diagnostics/source.ts";
import { digestOf } from "../ir/digest.ts";
import { buildStage } from "./build-stage.ts";
import { canonical } from "./canonical.ts";
import { convert } from "./convert.ts";
import type { Env } from "./env.ts";
import { metricOf } from "./keep.ts";
import type { Reporter } from "./reporter.ts";
import { stageOf } from "./stage-of.ts";
import type { ChosenThing, StageThing, Thing } from "./things.ts";
import { describeThing, metric } from "./type.ts";

/**
 * `best(sweep, score(valence))`: the stage that scored best, known only after running; all of them must have the same heads
 * (language rule 74).
 */
export function chosenThing(of: Thing, by: Thing, env: Env, span: Span): Thing {
  const reporter: Reporter = env.session.reporter;
  const { stages, searches, inner } = membersOf(of, env, span);
  const measured = convert(env.session, by, metric, "what `best` compares", span);
  const [first, ...others] = stages;
  if (first === undefined) return reporter.refuse("empty-list", span, { callee: "`best`" });
  const heads = [...buildStage(env.session, first, span).model.heads.values()].map(({ task }) => task);
  const judgedBy = metricOf(measured, heads, env, span);
  const names = heads.map(({ name }) => name).join(", ");
  for (const other of others) {
    const otherNames = [...buildStage(env.session, other, span).model.heads.keys()].join(", ");
    if (otherNames === names) continue;
    reporter.refuse(
      "chosen-differ",
      span,
      { first: `${first.label} (${names})`, other: `${other.label} (${otherNames})` },
      { related: [{ span: other.span, text: "made here" }] },
    );
  }
  const key = digestOf(JSON.stringify([stages.map(({ key, checkpoint }) => [key, checkpoint]), canonical(measured)]));
  const known = env.session.results.choices.get(key);
  const chosen = known === undefined ? undefined : stages[known];
  return chosen ?? { kind: "chosen", key, stages, metric: measured, judgedBy, searches, inner };
}

type Members = Pick<ChosenThing, "stages" | "searches" | "inner">;

function membersOf(of: Thing, env: Env, span: Span): Members {
  const only = (stages: readonly StageThing[]): Members => ({ stages, searches: [], inner: [] });
  if (of.kind === "chosen") return { stages: of.stages, searches: of.searches, inner: [of] };
  if (of.kind === "sweep") {
    const stages = of.points.flatMap(({ thing }) => (thing.kind === "stage" ? [thing] : []));
    return { stages, searches: of.search === undefined ? [] : [of.name], inner: [] };
  }
  if (of.kind === "list") {
    const all = of.items.map((item) => membersOf(item, env, span));
    return {
      stages: all.flatMap(({ stages }) => stages),
      searches: all.flatMap(({ searches }) => searches),
      inner: all.flatMap(({ inner }) => inner),
    };
  }
  const stage = stageOf(of, span, env);
  if (stage !== undefined) return only([stage]);
  return env.session.reporter.refuse("wrong-type", span, {
    what: "what `best` chooses from",
    expected: "a sweep or a list of stages",
    actual: describeThing(of),
  });
}
