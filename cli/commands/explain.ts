import type { Command } from "commander";
import { abawCommand } from "../abaw-command.ts";
import { explainCode } from "../explain-code.ts";
import { terminal } from "../terminal.ts";

export function explain(): Command {
  return abawCommand(
    "explain",
    "Say what a diagnostic means, with a program that fails and the same repaired.",
    "abaw explain leakage",
  )
    .argument("<code>", "the code of a diagnostic, such as leakage")
    .action((code: string) => terminal.print(explainCode(code)));
}
