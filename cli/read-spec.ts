import { existsSync, readFileSync, statSync } from "node:fs";
import { type Compiled, compile } from "../compiler/compile.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source } from "../compiler/diagnostics/source.ts";
import { specBytesLimit, usedFile, weightHeader } from "../runtime/spec-files/spec-files.ts";
import { UsageError } from "./usage-error.ts";

/** What the options that every command with a spec has say. */
export interface SpecOptions {
  readonly profile?: string;
  /** `path=value`, in order. */
  readonly set?: readonly string[];
  /** Warnings are mistakes. */
  readonly strict?: true;
}

/** Reads and compiles a spec. It may use files of its own folder and those below, and the language's own under `std/`. */
export function readSpec(path: string, { profile, set, strict }: SpecOptions): Compiled {
  const source: Source = { name: path, text: specText(path) };
  const compiled = compile(source, {
    read: (name) => {
      const file = usedFile(path, name);
      return file === undefined ? undefined : specText(file);
    },
    inspect: (file) => weightHeader(process.cwd(), file),
    ...(profile === undefined ? {} : { profile }),
    set: (set ?? []).map(settingOf),
  });
  return strict === true ? strictly(compiled) : compiled;
}

function strictly({ plan, sources, diagnostics }: Compiled): Compiled {
  const raised = diagnostics.map(
    (each): Diagnostic => (each.severity === "warning" ? { ...each, severity: "error" } : each),
  );
  return { plan: raised.some(({ severity }) => severity === "error") ? undefined : plan, sources, diagnostics: raised };
}

/** The text of a spec; a UsageError if there is none, or too much. */
export function specText(path: string): string {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  const { size } = statSync(path);
  if (statSync(path).isDirectory()) throw new UsageError(`${path} is a folder, not a spec`);
  if (size > specBytesLimit) throw new UsageError(`${path} has ${size} bytes; a spec has at most ${specBytesLimit}`);
  return readFileSync(path, "utf8");
}

function settingOf(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--set takes path=value, such as first.batch=16, not ${JSON.stringify(text)}`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
