import type { Command } from "commander";
import { serveStdio } from "../../editors/server/stdio.ts";
import { abawCommand } from "../abaw-command.ts";
import { version } from "../version.ts";

export function lsp(): Command {
  return abawCommand("lsp", "Serve an editor by the language server protocol.", "abaw lsp --stdio")
    .option("--stdio", "speak over standard input and output (there is no other way)")
    .action(async () => {
      await serveStdio(version);
    });
}
