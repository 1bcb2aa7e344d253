import { augmentationsOf } from "./augmentations.ts";
import type { Env } from "./env.ts";
import { viewKeys } from "./keys.ts";
import { MentionedNames } from "./mentioned-names.ts";
import type { StageBuild } from "./model-build.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";
import { entryOf } from "./stage-entry.ts";
import type { MapThing, Thing } from "./things.ts";

/** `views: {a: {augment: ..}, b: {augment: .., mix: ..}}` (language rule 55). */
export function viewsOf(views: Thing, fields: readonly string[], scope: Env): void {
  const reporter: Reporter = scope.session.reporter;
  if (views.kind !== "map") return;
  for (const view of views.entries.values()) {
    if (view.kind !== "map") continue;
    for (const [key, value] of view.entries) {
      const span = view.places.get(key);
      if (span === undefined) continue;
      if (key === "augment") augmentationsOf(value, fields, scope);
      else if (!Object.hasOwn(viewKeys, key))
        reporter.report(
          "unknown-key",
          span,
          { where: "a view", key },
          { help: suggestion(key, Object.keys(viewKeys)) },
        );
    }
  }
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
