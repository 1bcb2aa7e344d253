import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { positionOf, type Source, type Span } from "../../compiler/diagnostics/source.ts";
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

interface Checked {
  readonly main: Source | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const known = new Map<string, Checked>();

/**
 * A spec checked beside the files of `files`, which scripts/write-mistake-files.ts and test/reference/make_hdf5.py make; once for all
 * who ask, without its plan, which would fill the memory.
 */
export function checked(spec: string): Checked {
  const before = known.get(spec);
  if (before !== undefined) return before;
  const { sources, diagnostics } = compiled(spec, { inspect: (...file) => fileHeader(files, ...file) });
  const found: Checked = { main: sources[0], diagnostics };
  known.set(spec, found);
  return found;
}

/** Everything that is said about a spec but what is only for a later version: code, severity, range, message, and what goes with it. */
export function said(spec: string): string {
  return checked(spec)
    .diagnostics.filter(({ severity }) => severity !== "later")
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
