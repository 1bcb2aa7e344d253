import type { Command } from "commander";
import { recordReport } from "../../runtime/report/record-run.ts";
import { resultsOf } from "../../runtime/run/results.ts";
import { device, onBadRow, runCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { finishedRun, type RunChoice } from "../open-run.ts";
import type { SpecOptions } from "../read-spec.ts";
import { scoreTable } from "../score-table.ts";
import { terminal } from "../terminal.ts";
import { warnSkipped } from "../warn-skipped.ts";

export function evaluate(): Command {
  return runCommand(
    "eval",
    "Score a finished run on the validation part and write its report again.",
    "abaw eval examples/quickstart.abaw",
  )
    .option(...device)
    .option(...onBadRow)
    .option("--json", "print the scores as JSON")
    .action(async (path: string, options: SpecOptions & RunChoice & { readonly json?: true }) => {
      const run = await finishedRun(checkedSpec(path, options, "train"), options);
      const report = await recordReport(run, path, await resultsOf(run));
      await warnSkipped(run);
      if (options.json === true) {
        terminal.printJson({ run: run.options.folder.path, results: report.results, overall: report.overall });
      } else terminal.print(scoreTable(report));
    });
}
