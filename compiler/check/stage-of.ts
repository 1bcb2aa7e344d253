import type { Span } from "../diagnostics/source.ts";
import { instanceOf } from "./declarations.ts";
import type { Env } from "./env.ts";
import type { ChosenThing, StageThing, Thing } from "./things.ts";

/**
 * The stage that a thing stands for: itself, one of its checkpoints, a declaration whose parameters all have defaults, or the best
 * of several, which is known only after running and of which all are alike in what is used (language rule 74).
 */
export function stageOf(thing: Thing, span: Span, env: Env): StageThing | undefined {
  if (thing.kind === "stage") return thing;
  if (thing.kind === "declaration") {
    const made = instanceOf(env.session, thing, span);
    return made?.kind === "stage" ? made : undefined;
  }
  return thing.kind === "chosen" ? thing.stages[0] : undefined;
}

/** The choice that a stage or a part of one waits for; nothing where it is known. */
export function choiceIn(thing: Thing): ChosenThing | undefined {
  if (thing.kind === "chosen") return thing;
  return thing.kind === "member" ? thing.choice : undefined;
}
