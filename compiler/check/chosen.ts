import type { Span } from "../diagnostics/source.ts";
import { buildStage } from "./build-stage.ts";
import { convert } from "./convert.ts";
import type { Env } from "./env.ts";
import { metricOf } from "./keep.ts";
import type { Reporter } from "./reporter.ts";
import { stageOf } from "./stage-of.ts";
import type { StageThing, Thing } from "./things.ts";
import { describeThing, metric } from "./type.ts";

/**
 * `best(sweep, score(valence))`: the stage that scored best, known only after running; all of them must have the same heads
 * (language rule 74).
 */
export function chosenThing(of: Thing, by: Thing, env: Env, span: Span): Thing {
  const reporter: Reporter = env.session.reporter;
  const stages = membersOf(of, env, span);
  const measured = convert(env.session, by, metric, "what `best` compares", span);
  const [first, ...others] = stages;
  if (first === undefined) return reporter.refuse("empty-list", span, { callee: "`best`" });
  const heads = [...buildStage(env.session, first, span).model.heads.values()].map(({ task }) => task);
  metricOf(measured, heads, env, span);
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
  reporter.report("not-yet", span, { what: "choosing a stage by its result" });
  return { kind: "chosen", stages, metric: measured };
}

function membersOf(of: Thing, env: Env, span: Span): readonly StageThing[] {
  if (of.kind === "chosen") return of.stages;
  if (of.kind === "sweep") return of.points.flatMap(({ thing }) => (thing.kind === "stage" ? [thing] : []));
  if (of.kind === "list") return of.items.flatMap((item) => membersOf(item, env, span));
  const stage = stageOf(of, span, env);
  if (stage !== undefined) return [stage];
  return env.session.reporter.refuse("wrong-type", span, {
    what: "what `best` chooses from",
    expected: "a sweep or a list of stages",
    actual: describeThing(of),
  });
}
