import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source } from "../compiler/diagnostics/source.ts";
import type { Plan } from "../compiler/lower/plan.ts";
import { nothingAsked } from "./nothing-asked.ts";
import { readSpec, type SpecOptions } from "./read-spec.ts";
import { renderDiagnostics } from "./render-diagnostics.ts";
import { SpecMistakes } from "./spec-mistakes.ts";
import { terminal } from "./terminal.ts";

export interface Checked {
  readonly path: string;
  readonly options: SpecOptions;
  readonly plan: Plan;
  /** The spec and every file that it uses. */
  readonly sources: readonly Source[];
}

/** What a command does with a spec: look at it, train it, or write what was trained. Each needs more of it to be carried out. */
export type Purpose = "look" | "train" | "write";

/**
 * The plan of a spec. Prints every diagnostic, or where it was checked before only mistakes; these, and what the purpose needs and this
 * version lacks, end the command.
 */
export function checkedSpec(path: string, options: SpecOptions, purpose: Purpose, isFirst = true): Checked {
  const { plan, sources, diagnostics } = readSpec(path, options);
  const stops = diagnostics.filter((each) => stopsAt(each, purpose));
  const warnings = isFirst ? diagnostics.filter(({ severity }) => severity === "warning") : [];
  const shown = plan === undefined ? diagnostics : warnings;
  const said = plan === undefined || purpose === "look" ? diagnostics : [...shown, ...stops];
  if (said.length > 0) terminal.say(renderDiagnostics(said, terminal.palette));
  if (plan === undefined) throw new SpecMistakes(path);
  if (stops.length > 0) {
    terminal.say(`${path} is right, and asks for more than this version can do; nothing was started`);
    throw new SpecMistakes(path);
  }
  if (purpose !== "look" && plan.stages.length === 0) throw nothingAsked(path);
  return { path, options, plan, sources };
}

function stopsAt({ code }: Diagnostic, purpose: Purpose): boolean {
  return (purpose !== "look" && code === "not-yet") || (purpose === "write" && code === "not-yet-written");
}
