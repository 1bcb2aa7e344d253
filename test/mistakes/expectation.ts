import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Compiled } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { positionOf, type Span } from "../../compiler/diagnostics/source.ts";
import { fileHeader } from "../../runtime/spec-files/spec-files.ts";
import { compiled } from "../plan-of.ts";

export const folder = fileURLToPath(new URL("./", import.meta.url));
const files = `${folder}files`;
export const groups = ["one", "several", "published"] as const;

/** What divides a spec from what must be said about it. */
const mark = "\n# ---- expected ----\n";

export interface Fixture {
  readonly path: string;
  readonly spec: string;
  readonly expected: string;
}

/** Every spec with mistakes of a group, with what its last lines expect. */
export function fixtures(group: (typeof groups)[number]): readonly Fixture[] {
  return readdirSync(`${folder}${group}`)
    .filter((name) => name.endsWith(".abaw"))
    .toSorted()
    .map((name) => {
      const path = `${group}/${name}`;
      const [spec = "", expected = ""] = readFileSync(`${folder}${path}`, "utf8").split(mark);
      return { path, spec, expected };
    });
}

/** A spec compiled beside the files of `files`, which scripts/write-mistake-files.ts and test/reference/make_hdf5.py make. */
export function compiledHere(spec: string): Compiled {
  return compiled(spec, { inspect: (...file) => fileHeader(files, ...file) });
}

/** Everything that is said about a spec but what is only for a later version: code, severity, range, message, and what goes with it. */
export function said(spec: string): string {
  const { diagnostics } = compiledHere(spec);
  return diagnostics
    .filter(({ severity }) => severity !== "later")
    .map(described)
    .join("");
}

export function withExpectation(spec: string, expected: string): string {
  return `${spec}${mark}${expected}`;
}

function described({ severity, code, message, span, help, fix, related }: Diagnostic): string {
  const lines = [`${severity} ${code} ${rangeText(span)} ${message}`];
  for (const note of related) lines.push(`  see ${rangeText(note.span)} ${note.text}`);
  if (help !== undefined) lines.push(`  help ${help}`);
  if (fix !== undefined) lines.push(`  fix ${rangeText(fix.span)} ${JSON.stringify(fix.replacement)}`);
  return lines.map((line) => `# ${line}\n`).join("");
}

/** `line:column-line:column`, the file's name before it where it is another. */
function rangeText({ source, start, end }: Span): string {
  const from = positionOf(source, start);
  const to = positionOf(source, end);
  const file = source.name === "test.abaw" ? "" : `${source.name} `;
  return `${file}${from.line}:${from.column}-${to.line}:${to.column}`;
}
