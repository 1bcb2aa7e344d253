import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { readReport, reportFiles } from "../../runtime/report/report-data.ts";
import { reportPage } from "../../runtime/report/report-page.ts";
import { abawCommand } from "../abaw-command.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export function report(): Command {
  return abawCommand("report", "Draw the page of a finished run from its report.json.", "abaw report runs/quickstart")
    .argument("<run>", "the run's folder")
    .option("--to <file>", "where the page goes (default: report.html in the run's folder)")
    .option("--json", "print the report's data instead")
    .action(async (folder: string, options: { readonly to?: string; readonly json?: true }) => {
      if (!existsSync(join(folder, reportFiles.data))) {
        throw new UsageError(
          `there is no ${join(folder, reportFiles.data)}; \`abaw train\` or \`abaw eval\` writes it`,
        );
      }
      const data = readReport(folder);
      if (options.json === true) {
        terminal.printJson(data);
        return;
      }
      const page = options.to ?? join(folder, reportFiles.page);
      writeFileSync(page, await reportPage(data));
      terminal.print(page);
    });
}
