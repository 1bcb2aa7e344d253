import type { Command } from "commander";
import { recordReport } from "../../runtime/report/record-run.ts";
import { resultsOf } from "../../runtime/run/results.ts";
import { specCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { finishedRun, type RunChoice } from "../open-run.ts";
import type { SpecOptions } from "../read-spec.ts";
import { scoreTable } from "../score-table.ts";
import { terminal } from "../terminal.ts";
import { warnSkipped } from "../warn-skipped.ts";

export function evaluate(): Command {
  return specCommand(
    "eval",
    "Score a finished run on the validation part and write its report again.",
    "abaw eval examples/quickstart.abaw",
  )
    .option("--out <folder>", "the run's folder (default: runs/<name of the spec>)")
    .option(
      "--on-bad-row <policy>",
      "error: stop at annotations or images that cannot be used; skip: count and list them",
      "error",
    )
    .option("--json", "print the scores as JSON")
    .action(async (path: string, options: SpecOptions & RunChoice & { readonly json?: true }) => {
      const run = await finishedRun(checkedSpec(path, options), options);
      const report = await recordReport(run, path, await resultsOf(run));
      await warnSkipped(run);
      if (options.json === true) {
        terminal.printJson({ run: run.options.folder.path, results: report.results, overall: report.overall });
      } else terminal.print(scoreTable(report));
    });
}
