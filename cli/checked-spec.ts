import type { Source } from "../compiler/diagnostics/source.ts";
import type { Plan } from "../compiler/lower/plan.ts";
import { readSpec, type SpecOptions } from "./read-spec.ts";
import { renderDiagnostics } from "./render-diagnostics.ts";
import { terminal } from "./terminal.ts";

/** A spec with mistakes, all printed. */
export class SpecMistakes extends Error {
  constructor(path: string) {
    super(`${path} has mistakes`);
    this.name = "SpecMistakes";
  }
}

export interface Checked {
  readonly path: string;
  readonly options: SpecOptions;
  readonly plan: Plan;
  /** The spec and every file that it uses. */
  readonly sources: readonly Source[];
}

/** The plan of a spec. Prints every diagnostic; mistakes end the command before anything is written. */
export function checkedSpec(path: string, options: SpecOptions): Checked {
  const { plan, sources, diagnostics } = readSpec(path, options);
  if (diagnostics.length > 0) terminal.say(renderDiagnostics(diagnostics, terminal.palette));
  if (plan === undefined) throw new SpecMistakes(path);
  return { path, options, plan, sources };
}
