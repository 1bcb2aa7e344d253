import type { Span } from "../diagnostics/source.ts";
import type { Env } from "./env.ts";
import { forEachSuffix, keyOf } from "./evaluate.ts";
import { suggestion } from "./nearest.ts";
import type { Session } from "./session.ts";
import { entryOf, stageScope } from "./stage-entry.ts";
import type { StageThing } from "./things.ts";

/** The names under which a stage keeps checkpoints; none if it keeps one (language rule 63). */
export function checkpointNames(stage: StageThing, session: Session): readonly string[] {
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === "keep");
  const value = whole?.expr ?? entryOf(stage, "keep")?.value;
  if (value?.kind !== "map") return [];
  const names: string[] = [];
  const scope = stageScope(session, stage);
  for (const entry of value.entries)
    forEachSuffix(entry.suffixes, scope, (place) => names.push(keyOf(entry.path, place)));
  return names;
}

/** `s[name]`: the stage at one of its named checkpoints. */
export function checkpointOf(stage: StageThing, name: string, span: Span, env: Env): StageThing {
  const names = checkpointNames(stage, env.session);
  if (names.includes(name)) return { ...stage, checkpoint: name };
  return env.session.reporter.refuse(
    "no-member",
    span,
    { what: `${stage.label}, by checkpoint,`, name },
    { help: suggestion(name, names) ?? (names.length === 0 ? "it keeps one" : `it keeps ${names.join(", ")}`) },
  );
}

/** The checkpoint that a stage's head or tensor is of: the one that is said, or of a head the one with its name. */
export function checkpointMeant(stage: StageThing, name: string, session: Session): string | undefined {
  return stage.checkpoint ?? checkpointNames(stage, session).find((each) => each === name);
}
