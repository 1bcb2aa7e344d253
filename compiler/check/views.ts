import type { ViewPlan } from "../lower/plan.ts";
import { augmentationsOf, hidesOf, mixesOf } from "./augmentations.ts";
import { canonical } from "./canonical.ts";
import { completed } from "./completed.ts";
import type { Env } from "./env.ts";
import { viewKeys } from "./keys.ts";
import { MentionedNames } from "./mentioned-names.ts";
import type { StageBuild } from "./model-build.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";
import { entryOf } from "./stage-entry.ts";
import type { MapThing, Thing } from "./things.ts";

/** `views: {a: {augment: ..}, b: {augment: .., mix: ..}}` (language rule 55). `pictures` says whether the model reads any. */
export function viewsOf(
  views: Thing,
  fields: readonly string[],
  pictures: boolean,
  scope: Env,
  later: string[],
): ReadonlyMap<string, ViewPlan> {
  const reporter: Reporter = scope.session.reporter;
  const plans = new Map<string, ViewPlan>();
  if (views.kind !== "map") return plans;
  for (const [name, view] of views.entries) {
    if (view.kind !== "map") continue;
    const given = view.entries.get("augment");
    const augment = given === undefined ? [] : augmentationsOf(given, fields, scope);
    const hide = hidesOf(given);
    const mix = mixesOf(view.entries.get("mix"), pictures, scope.session);
    // What the plan has no words for.
    if (given?.kind === "list" && given.items.length > augment.length + hide.length)
      later.push(`views.${name}.augment: ${canonical(completed(given))}`);
    plans.set(name, {
      augment,
      ...(hide.length === 0 ? {} : { hide }),
      ...(mix.length === 0 ? {} : { mix }),
    });
    for (const key of view.entries.keys()) {
      const span = view.places.get(key);
      if (span !== undefined && !Object.hasOwn(viewKeys, key))
        reporter.report(
          "unknown-key",
          span,
          { where: "a view", key },
          { help: suggestion(key, Object.keys(viewKeys)) },
        );
    }
  }
  return plans;
}

/** Views have names of their own, and a loss that reads each of them (language rule 55). */
export function checkViewsRead(
  { reporter }: Session,
  { stage, names }: StageBuild,
  views: MapThing,
  complete: boolean,
): void {
  const loss = stage.changes.findLast(({ path }) => path[0] === "loss")?.expr ?? entryOf(stage, "loss")?.value;
  if (loss === undefined) {
    reporter.report(
      "missing-key",
      entryOf(stage, "views")?.path.span ?? stage.span,
      { where: "a stage with views", key: "loss" },
      { help: `such as loss: {au: bce(${[...views.entries.keys()][0]}.au)}` },
    );
    return;
  }
  const mentioned = new MentionedNames();
  mentioned.expr(loss);
  for (const [name, span] of views.places) {
    const hidden = names.get(name);
    if (hidden !== undefined) reporter.report("hidden-name", span, { name });
    else if (complete && !mentioned.has(name)) reporter.report("never-used", span, { what: `the view \`${name}\`` });
  }
}
