import type { Analysis } from "../../../compiler/compile.ts";
import type { Diagnostic, Fix } from "../../../compiler/diagnostics/diagnostic.ts";
import { positionOf, type Span } from "../../../compiler/diagnostics/source.ts";
import { exportName } from "../../../compiler/lower/describe-plan.ts";
import { type Checked, mainFile, type Place, type Problem, type Spec } from "../protocol.ts";
import { analysed } from "./workspace.ts";

/** Every diagnostic of a spec, and what it has to choose from. */
export function check(spec: Spec): Checked {
  const begun = performance.now();
  const analysis = analysed(spec);
  const { planned, diagnostics } = analysis;
  return {
    problems: diagnostics.map(problemOf),
    profiles: profilesOf(analysis),
    stages: planned.stages.map(({ label }) => label),
    exports: planned.exports.map((each) => exportName(planned, each)),
    milliseconds: performance.now() - begun,
  };
}

function profilesOf({ session }: Analysis): readonly string[] {
  const declarations = session.main?.node.declarations ?? [];
  return declarations.flatMap((each) => (each.kind === "profile" ? [each.name.text] : []));
}

function problemOf({ code, severity, message, span, related, help, fix }: Diagnostic): Problem {
  return {
    code,
    severity,
    message,
    place: placeOf(span),
    related: related.map((note) => ({ text: note.text, place: placeOf(note.span) })),
    help,
    fix: fix === undefined ? undefined : fixOf(fix),
  };
}

export function placeOf({ source, start, end }: Span): Place {
  return { file: source.name, from: start, to: end, ...positionOf(source, start) };
}

/** A repair of the page's own text; what stands in another file cannot be repaired here. */
function fixOf({ span, replacement, also }: Fix): Problem["fix"] {
  const spans = [span, ...(also ?? [])];
  if (spans.some(({ source }) => source.name !== mainFile)) return undefined;
  const old = span.source.text.slice(span.start, span.end);
  return {
    label: labelOf(old.trim(), replacement.trim()),
    edits: spans.map(({ start, end }) => ({ from: start, to: end, insert: replacement })),
  };
}

function labelOf(old: string, replacement: string): string {
  if (replacement === "") return `remove ${short(old)}`;
  return old === "" ? `insert ${short(replacement)}` : `replace ${short(old)} by ${short(replacement)}`;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= 40 ? line : `${line.slice(0, 39)}…`;
}
