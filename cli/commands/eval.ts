import type { Command } from "commander";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { recordReport } from "../../runtime/report/record-run.ts";
import { resultsOf } from "../../runtime/run/results.ts";
import { device, onBadRow, runCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { withoutChoices, withResults } from "../known-results.ts";
import { type RunChoice, startedRun } from "../open-run.ts";
import type { SpecOptions } from "../read-spec.ts";
import { scoreTable } from "../score-table.ts";
import { terminal } from "../terminal.ts";
import { warnSkipped } from "../warn-skipped.ts";

export function evaluate(): Command {
  return runCommand(
    "eval",
    "Score what a run has trained on the validation part and write its report again.",
    "abaw eval examples/quickstart.abaw",
  )
    .option(...device)
    .option(...onBadRow)
    .option("--json", "print the scores as JSON")
    .action(async (path: string, options: SpecOptions & RunChoice & { readonly json?: true }) => {
      const { run, untrained } = await startedRun(
        withoutChoices(checkedSpec(path, withResults(path, options), "train")),
        options,
      );
      const report = await recordReport(run, path, await resultsOf(run));
      await warnSkipped(run);
      if (untrained.length > 0) terminal.say(`not trained to the end, and not scored: ${fewOf(untrained)}`);
      if (options.json === true) {
        terminal.printJson({ run: run.options.folder.path, results: report.results, overall: report.overall });
      } else terminal.print(scoreTable(report));
    });
}

const mostNamed = 4;

function fewOf(stages: readonly StagePlan[]): string {
  const named = stages.slice(0, mostNamed).map(({ label }) => label);
  const more = stages.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
