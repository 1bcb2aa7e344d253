import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Trace } from "../../compiler/check/trace.ts";
import { type Analysis, analyse } from "../../compiler/compile.ts";
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

export interface Analysed extends Analysis {
  readonly trace: Trace;
  readonly nameOf: (hash: string) => string;
  /** The stage that people call so. */
  readonly stage: (label: string) => PlannedStage;
}

/** A text analysed, with what was seen on the way; throws if it has a mistake. */
export function analysed(text: string, name = "test.abaw", profile?: string): Analysed {
  const trace = new Trace();
  const options = { read: readStandard, ...(profile === undefined ? {} : { profile }) };
  const analysis = analyse({ name, text }, options, trace.observe, trace.again);
  if (analysis.plan === undefined) throw new Error(analysis.diagnostics.map(oneLine).join("\n"));
  const labels = new Map(analysis.planned.stages.map(({ hash, label }) => [hash, label]));
  return {
    ...analysis,
    trace,
    nameOf: (hash) => labels.get(hash) ?? hash,
    stage(label) {
      const found = analysis.stages.find(({ plan }) => plan.label === label);
      if (found === undefined) throw new Error(`no stage ${label}: ${[...labels.values()].join(", ")}`);
      return found;
    },
  };
}

const known = new Map<string, Analysed>();

/** A spec of the tree, analysed once. */
export function analysedSpec(path: string): Analysed {
  const before = known.get(path);
  if (before !== undefined) return before;
  const made = analysed(readFileSync(`${root}${path}`, "utf8"), path);
  known.set(path, made);
  return made;
}
