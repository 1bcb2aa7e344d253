import { augmentationsOf } from "./augmentations.ts";
import type { Env } from "./env.ts";
import { viewKeys } from "./keys.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import type { Thing } from "./things.ts";

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
