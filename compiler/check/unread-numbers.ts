import type { Span } from "../diagnostics/source.ts";
import type { Env } from "./env.ts";
import type { Session } from "./session.ts";
import type { StageThing } from "./things.ts";

/**
 * Refuses numbers that were set for a stage and that nothing reads, such as `lambda.expr` where `expr` is not trained. What a default
 * holds for other variants is no mistake.
 */
export function checkUnreadNumbers(session: Session, stage: StageThing, scope: Env): void {
  for (const { name, type } of stage.declaration.parameters) {
    if (type.kind !== "map") continue;
    const value = localMap(scope, name.text);
    if (value === undefined) continue;
    const read = session.reads.get(value.entries);
    for (const [key, span] of givenKeys(stage, name.text)) {
      if (!value.entries.has(key) || read?.has(key) === true) continue;
      session.reporter.report(
        "weight-of-no-loss",
        span,
        { key: `${name.text}.${key}`, stage: stage.label },
        { related: [{ span: stage.span, text: `${stage.label} is made here` }] },
      );
    }
  }
}

function localMap(scope: Env, name: string) {
  for (let local = scope.local; local !== undefined; local = local.around) {
    const thing = local.names.get(name);
    if (thing !== undefined) return thing.kind === "map" ? thing : undefined;
  }
  return undefined;
}

/** Keys of a parameter that an argument or an override sets, with where. */
function givenKeys(stage: StageThing, parameter: string): ReadonlyMap<string, Span> {
  const keys = new Map<string, Span>();
  const given = stage.base.bound.get(parameter);
  if (given?.kind === "map") for (const [key, span] of given.places) keys.set(key, span);
  for (const { path, span } of stage.base.changes) {
    const [first, key] = path;
    if (first === parameter && key !== undefined) keys.set(key, span);
  }
  return keys;
}
