import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Compiled, type CompileOptions, compile } from "../compiler/compile.ts";
import { positionOf } from "../compiler/diagnostics/source.ts";
import type { Plan } from "../compiler/lower/plan.ts";

const specs = fileURLToPath(new URL("../specs/", import.meta.url));

/** A spec's text compiled, with the language's own files. */
export function compiled(text: string, options: Omit<CompileOptions, "read"> = {}): Compiled {
  return compile({ name: "test.abaw", text }, { read: readStandard, ...options });
}

export function readStandard(path: string): string | undefined {
  const file = `${specs}${path}`;
  return path.startsWith("std/") && existsSync(file) && statSync(file).isFile()
    ? readFileSync(file, "utf8")
    : undefined;
}

/** The plan of a text that is right; throws with its diagnostics if it is not. */
export function planOf(text: string, options: Omit<CompileOptions, "read"> = {}): Plan {
  const { plan, diagnostics } = compiled(text, options);
  if (plan === undefined) throw new Error(diagnostics.map(oneLine).join("\n"));
  return plan;
}

/** `code line:column message`. */
export function oneLine({ code, message, span }: Compiled["diagnostics"][number]): string {
  const { line, column } = positionOf(span.source, span.start);
  return `${code} ${line}:${column} ${message}`;
}
