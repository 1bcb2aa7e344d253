import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { formatSource } from "../../compiler/format/index.ts";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import { textOfBytes } from "../../runtime/spec-files/spec-text.ts";
import { abawCommand } from "../abaw-command.ts";
import { namedSpecText } from "../named-spec.ts";
import { renderDiagnostics } from "../render-diagnostics.ts";
import { SpecMistakes } from "../spec-mistakes.ts";
import { terminal } from "../terminal.ts";

export function fmt(): Command {
  return abawCommand(
    "fmt",
    "Write specs in the language's one style. Line breaks and comments stay; a file with mistakes stays as it is.",
    "abaw fmt spec.abaw\nabaw fmt --check specs/*.abaw",
  )
    .argument("<files...>", "specs, or - for standard input to standard output")
    .option("--check", "write nothing; list the files that would change and end with 1")
    .action((files: readonly string[], { check }: { readonly check?: true }) => {
      const mistakes: Diagnostic[] = [];
      const others: string[] = [];
      for (const file of files) {
        const text = file === "-" ? textOfBytes("-", readFileSync(0)) : namedSpecText(file);
        const { text: formatted, diagnostics } = formatSource({ name: file, text });
        mistakes.push(...diagnostics);
        if (file === "-") process.stdout.write(formatted);
        else if (formatted !== text) {
          others.push(file);
          if (check !== true) writeAtomically(file, [Buffer.from(formatted)]);
          terminal.print(check === true ? `${file} is not in the style` : file);
        }
      }
      if (mistakes.length > 0) terminal.say(renderDiagnostics(mistakes, terminal.palette));
      if (mistakes.length > 0 || (check === true && others.length > 0)) throw new SpecMistakes(files.join(", "));
    });
}
