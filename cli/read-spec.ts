import { Trace } from "../compiler/check/trace.ts";
import { type Analysis, analyse, type Compiled, type CompileOptions, compile } from "../compiler/compile.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source } from "../compiler/diagnostics/source.ts";
import type { Results } from "../compiler/lower/results.ts";
import { fileHeader, usedFile } from "../runtime/spec-files/spec-files.ts";
import { readSpecText, SpecTextError } from "../runtime/spec-files/spec-text.ts";
import { namedSpecText } from "./named-spec.ts";
import { UsageError } from "./usage-error.ts";

/** What the options that every command with a spec has say. */
export interface SpecOptions {
  readonly profile?: string;
  /** `path=value`, in order. */
  readonly set?: readonly string[];
  /** What was reached of what the plan waits for; the commands find it in the run's folder. */
  readonly results?: Results;
  /** Weight files that the spec names are not looked at: whether one fits is what is asked. */
  readonly withoutWeights?: true;
  /** Warnings are mistakes. */
  readonly strict?: true;
  /** On a failure, where in the program it happened. */
  readonly debug?: true;
}

/** Reads and compiles a spec. It may use files of its own folder and those below, and the language's own under `std/`. */
export function readSpec(path: string, options: SpecOptions): Compiled {
  return strictly(compile(sourceOf(path), optionsOf(path, options)), options);
}

export interface Looked {
  readonly analysis: Analysis;
  readonly trace: Trace;
}

/** The same with everything found out on the way, and with what else is asked about. */
export function lookInto(path: string, options: SpecOptions, ask: readonly string[]): Looked {
  const trace = new Trace();
  const analysis = analyse(sourceOf(path), { ...optionsOf(path, options), ask }, trace.observe, trace.again);
  return { analysis: strictly(analysis, options), trace };
}

function sourceOf(path: string): Source {
  return { name: path, text: namedSpecText(path) };
}

function optionsOf(path: string, { profile, set, results, withoutWeights }: SpecOptions): CompileOptions {
  return {
    read: (name) => usedText(path, name),
    inspect: (file, format, root) =>
      withoutWeights === true && format === "weights"
        ? { kind: "unread", reason: "how it fits is shown instead" }
        : fileHeader(process.cwd(), file, format, root),
    ...(profile === undefined ? {} : { profile }),
    set: settingsIn(set ?? []),
    ...(results === undefined ? {} : { results }),
  };
}

function strictly<T extends Compiled>(compiled: T, { strict }: SpecOptions): T {
  if (strict !== true) return compiled;
  const diagnostics = compiled.diagnostics.map(
    (each): Diagnostic => (each.severity === "warning" ? { ...each, severity: "error" } : each),
  );
  const failed = diagnostics.some(({ severity }) => severity === "error");
  return { ...compiled, plan: failed ? undefined : compiled.plan, diagnostics };
}

/** The text of a file that a spec uses, or why it has none. */
function usedText(spec: string, name: string): ReturnType<CompileOptions["read"]> {
  const file = usedFile(spec, name);
  if (file === undefined) return undefined;
  try {
    return readSpecText(file);
  } catch (problem) {
    if (problem instanceof SpecTextError) return { problem: problem.message };
    throw problem;
  }
}

/** Settings as they stand behind `--set`, apart. */
export function settingsIn(texts: readonly string[]): readonly (readonly [string, string])[] {
  return texts.map(settingOf);
}

function settingOf(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--set takes path=value, such as first.batch=16, not ${JSON.stringify(text)}`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
