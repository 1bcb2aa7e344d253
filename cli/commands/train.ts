import type { Command } from "commander";
import { recordManifest, recordReport } from "../../runtime/report/record-run.ts";
import { reportFiles } from "../../runtime/report/report-data.ts";
import { resultsOf } from "../../runtime/run/results.ts";
import { device, onBadRow, runCommand, withTorchOptions } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { openRun, type RunChoice } from "../open-run.ts";
import type { SpecOptions } from "../read-spec.ts";
import { scoreTable } from "../score-table.ts";
import { terminal } from "../terminal.ts";
import { version } from "../version.ts";
import { warnSkipped } from "../warn-skipped.ts";
import { watchRun } from "../watch-run.ts";

export function train(): Command {
  const command = runCommand(
    "train",
    "Train every stage that is not trained yet, score, and write the report. Ctrl-C leaves a checkpoint from which the next call goes on.",
    "abaw train examples/quickstart.abaw --out runs/first",
  );
  return withTorchOptions(command)
    .option(...device)
    .option(...onBadRow)
    .option("--json", "print the scores as JSON")
    .action(async (path: string, options: SpecOptions & RunChoice & { readonly json?: true }) => {
      const checked = checkedSpec(path, options, "train");
      const interruption = new AbortController();
      const run = await openRun(checked, options, watchRun(options.json === true), interruption.signal);
      const { folder } = run.options;
      const release = folder.lock();
      const stop = () => {
        terminal.say("\nstopping after this step; once more to stop at once");
        interruption.abort();
        process.once("SIGINT", () => process.exit(130));
      };
      process.once("SIGINT", stop);
      try {
        const origin = {
          version,
          spec: path,
          profile: options.profile,
          set: options.set ?? [],
          sources: checked.sources,
        };
        await recordManifest(run, origin);
        const finished = await run.train();
        await recordManifest(run, origin);
        await warnSkipped(run);
        if (!finished) {
          terminal.say(`stopped; the same command goes on from the checkpoint in ${folder.path}`);
          process.exitCode = 130;
          return;
        }
        const results = await resultsOf(run);
        const report = await recordReport(run, path, results);
        if (options.json === true)
          terminal.printJson({ run: folder.path, results: report.results, overall: report.overall });
        else terminal.print(`${scoreTable(report)}\nreport: ${folder.path}/${reportFiles.page}`);
      } finally {
        process.removeListener("SIGINT", stop);
        release();
      }
    });
}
