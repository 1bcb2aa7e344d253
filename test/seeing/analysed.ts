import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Trace } from "../../compiler/check/trace.ts";
import { type Analysis, analyse, type CompileOptions } from "../../compiler/compile.ts";
import { type Known, knownOf } from "../../compiler/explain/known.ts";
import type { PlannedStage } from "../../compiler/lower/make-plan.ts";
import { oneLine, readStandard } from "../plan-of.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every whole spec in the tree: those of systems, and the quickstart. */
export const wholeSpecs: readonly string[] = [
  ...readdirSync(`${root}specs`)
    .filter((name) => name.endsWith(".abaw"))
    .toSorted()
    .map((name) => `specs/${name}`),
  "examples/quickstart.abaw",
];

export interface Analysed extends Known {
  readonly asked: Analysis["asked"];
  /** The stage that people call so. */
  readonly stage: (label: string) => PlannedStage;
}

/** A text analysed, with what was seen on the way; throws if it has a mistake. */
export function analysed(text: string, name = "test.abaw", more: Partial<CompileOptions> = {}): Analysed {
  const trace = new Trace();
  const options = { read: readStandard, ...more };
  const analysis = analyse({ name, text }, options, trace.observe, trace.again);
  if (analysis.plan === undefined) throw new Error(analysis.diagnostics.map(oneLine).join("\n"));
  return {
    ...knownOf(analysis, trace),
    asked: analysis.asked,
    stage(label) {
      const found = analysis.stages.find(({ plan }) => plan.label === label);
      if (found === undefined) throw new Error(`no stage ${label}`);
      return found;
    },
  };
}

const known = new Map<string, Analysed>();

/** A spec of the tree, analysed once for each list of things that are asked about. */
export function analysedSpec(path: string, ask: readonly string[] = []): Analysed {
  const key = [path, ...ask].join("\n");
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = analysed(readFileSync(`${root}${path}`, "utf8"), path, { ask });
  known.set(key, made);
  return made;
}
