import type { Asked } from "../compiler/check/asked.ts";
import { type Known, knownOf } from "../compiler/explain/known.ts";
import { lookInto, type SpecOptions } from "./read-spec.ts";
import { renderDiagnostics } from "./render-diagnostics.ts";
import { SpecMistakes } from "./spec-mistakes.ts";
import { terminal } from "./terminal.ts";

/** A spec that is right, with all that is known of it. */
export interface LookedInto extends Known {
  readonly asked: readonly Asked[];
}

/** Looks into a spec, and at what else is asked about. Prints warnings and mistakes; the latter end the command. */
export function lookedInto(path: string, options: SpecOptions, ask: readonly string[]): LookedInto {
  const { analysis, trace } = lookInto(path, options, ask);
  const { plan, diagnostics } = analysis;
  const said = diagnostics.filter(({ severity }) => severity === "error" || severity === "warning");
  if (said.length > 0) terminal.say(renderDiagnostics(said, terminal.palette));
  if (plan === undefined) throw new SpecMistakes(path);
  return { ...knownOf(analysis, trace), asked: analysis.asked };
}
