import type { Command } from "commander";
import { isStandard } from "../../compiler/check/files.ts";
import { applyFixes } from "../../compiler/diagnostics/apply-fixes.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { positionOf, type Span } from "../../compiler/diagnostics/source.ts";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import { specCommand } from "../abaw-command.ts";
import { readSpec, type SpecOptions } from "../read-spec.ts";
import { renderDiagnostics } from "../render-diagnostics.ts";
import { SpecMistakes } from "../spec-mistakes.ts";
import { terminal } from "../terminal.ts";

export function check(): Command {
  return specCommand(
    "check",
    "Find every mistake in a spec, before anything is read or trained.",
    "abaw check examples/quickstart.abaw",
  )
    .option("--json", "print the diagnostics as JSON")
    .option("--fix", "repair what has exactly one sensible repair, then check again")
    .action((path: string, options: SpecOptions & { readonly json?: true; readonly fix?: true }) => {
      if (options.fix === true) repair(path, options);
      const { plan, diagnostics } = readSpec(path, options);
      if (options.json === true) {
        terminal.printJson({ ok: plan !== undefined, diagnostics: diagnostics.map(diagnosticJson) });
      } else if (diagnostics.length > 0) terminal.say(renderDiagnostics(diagnostics, terminal.palette));
      if (plan === undefined) throw new SpecMistakes(path);
      if (options.json !== true) {
        const { stages, assemblies, exports } = plan;
        const parts = [
          counted(stages.length, "stage"),
          counted(assemblies.length, "assembly", "assemblies"),
          counted(exports.length, "export"),
        ];
        terminal.print(`${path} is right: ${parts.join(", ")}`);
      }
    });
}

/** Writes the spec and the files beside it that it uses anew, each as a whole, with every repair applied. */
function repair(path: string, options: SpecOptions): void {
  const { sources, diagnostics } = readSpec(path, options);
  for (const source of sources) {
    if (isStandard(source.name)) continue;
    const { text, applied } = applyFixes(source, diagnostics);
    if (applied === 0) continue;
    writeAtomically(source.name, [Buffer.from(text)]);
    terminal.say(`${source.name}: ${counted(applied, "repair")}`);
  }
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function diagnosticJson({ severity, code, message, span, related, help, fix }: Diagnostic) {
  return {
    severity,
    code,
    message,
    place: placeJson(span),
    related: related.map((note) => ({ text: note.text, place: placeJson(note.span) })),
    help: help ?? "",
    fix: fix === undefined ? null : { place: placeJson(fix.span), replacement: fix.replacement },
  };
}

/** Lines and columns from 1, columns in UTF-16 units; the end is behind the last. */
function placeJson({ source, start, end }: Span) {
  const from = positionOf(source, start);
  const to = positionOf(source, end);
  return { file: source.name, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}
