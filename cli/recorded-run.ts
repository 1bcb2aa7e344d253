import { type CompileOptions, compile } from "../compiler/compile.ts";
import type { Source } from "../compiler/diagnostics/source.ts";
import { type RecordedSpec, recordedSpec } from "../runtime/run/recorded-spec.ts";
import { RunFolder } from "../runtime/run/run-folder.ts";
import { Run } from "../runtime/run/run-plan.ts";
import { type EngineChoice, openEngine } from "./open-engine.ts";
import { settingsIn } from "./read-spec.ts";
import { UsageError } from "./usage-error.ts";
import { watchRun } from "./watch-run.ts";

/** The spec that a run was made of, and how it is compiled again; undefined where a copy of it is lacking. */
export function recordedSource({
  manifest: { spec },
  textOf,
}: RecordedSpec): { readonly source: Source; readonly options: CompileOptions } | undefined {
  const text = textOf(spec.name);
  if (text === undefined) return undefined;
  const profile = spec.profile === "" ? {} : { profile: spec.profile };
  return { source: { name: spec.name, text }, options: { read: textOf, set: settingsIn(spec.set), ...profile } };
}

/** A run as it is in its folder, by the spec that the folder keeps. Throws a UsageError where it keeps none that is right. */
export async function recordedRun(folder: string, choice: EngineChoice): Promise<Run> {
  const recorded = recordedSpec(folder);
  const made = recorded === undefined ? undefined : recordedSource(recorded);
  if (made === undefined) throw new UsageError(`${folder} is no run's folder: it has no manifest.json with its spec`);
  const { plan } = compile(made.source, made.options);
  if (plan === undefined) throw new UsageError(`the spec that ${folder} was made of is none for this version of abaw`);
  const engine = await openEngine(choice);
  return new Run(plan, {
    engine,
    folder: new RunFolder(folder),
    onBadRow: "skip",
    signal: new AbortController().signal,
    watch: watchRun(true),
  });
}
