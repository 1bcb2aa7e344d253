import { type Command, Option } from "commander";
import { trainSideBySide } from "../../runtime/launch/side-by-side.ts";
import { recordManifest, recordReport } from "../../runtime/report/record-run.ts";
import { type Report, reportFiles } from "../../runtime/report/report-data.ts";
import { resultsOf } from "../../runtime/run/results.ts";
import { trainPlan } from "../../runtime/run/train-plan.ts";
import { collect, device, onBadRow, runCommand, withTorchOptions } from "../abaw-command.ts";
import { type Checked, checkedSpec } from "../checked-spec.ts";
import { launched, localJobs, slurmOptions, trainedAlone } from "../launched.ts";
import { namedPart } from "../named-part.ts";
import { openRun, type RunChoice } from "../open-run.ts";
import { outcomeCode } from "../outcome.ts";
import type { SpecOptions } from "../read-spec.ts";
import { scoreTable, sweepTables } from "../score-table.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { version } from "../version.ts";
import { warnSkipped } from "../warn-skipped.ts";
import { watchRun } from "../watch-run.ts";

interface RunOptions extends SpecOptions, RunChoice {
  readonly wait?: boolean;
  readonly launcher: string;
  readonly sbatch?: readonly string[];
  readonly atOnce?: string;
  readonly jobs?: string;
  readonly detach?: true;
  readonly stage?: string;
  readonly json?: true;
}

const words =
  "what several need once; score, and write the report. A stage that fails stops only what needs it. Ctrl-C leaves a checkpoint from which the next call goes on.";

export function run(): Command {
  return training(
    "run",
    `Train every stage that is not trained yet, or only what some sweeps, assemblies or stages need: ${words}`,
    "abaw run examples/quickstart.abaw --out runs/first\nabaw run specs/netease/final.abaw final --profile toy",
  )
    .argument("[names...]", "sweeps, assemblies and stages of the spec (default: everything)")
    .action((path: string, names: readonly string[], options: RunOptions) =>
      carriedOut(namedPart(checkedSpec(path, options, "train"), names), names, options, scoreTable),
    );
}

export function train(): Command {
  return training(
    "train",
    `The same as run: train every stage that is not trained yet, ${words}`,
    "abaw train examples/quickstart.abaw --out runs/first",
  ).action((path: string, options: RunOptions) =>
    carriedOut(checkedSpec(path, options, "train"), [], options, scoreTable),
  );
}

export function sweep(): Command {
  return training(
    "sweep",
    `Run a spec's sweeps and show their tables: train ${words}`,
    "abaw sweep specs/netease/table4.abaw --profile toy",
  )
    .argument("[names...]", "sweeps of the spec (default: all of them)")
    .action((path: string, names: readonly string[], options: RunOptions) => {
      const checked = checkedSpec(path, options, "train");
      const known = checked.plan.sweeps.map(({ name }) => name);
      if (known.length === 0) throw new UsageError(`${path} has no sweep; \`abaw run ${path}\` trains what it has`);
      const other = names.find((name) => !known.includes(name));
      if (other !== undefined)
        throw new UsageError(`${path} has no sweep ${JSON.stringify(other)}; it has ${known.join(", ")}`);
      const asked = names.length === 0 ? known : names;
      return carriedOut(namedPart(checked, asked), asked, options, sweepTables);
    });
}

function training(name: string, description: string, example: string): Command {
  return withTorchOptions(runCommand(name, description, example))
    .option(...device)
    .option(...onBadRow)
    .option("--jobs <n>", "train so many stages at the same time, each in a process of its own (default: 1)")
    .option("--wait", "where another process works in the run's folder, wait until it is done")
    .option(
      "--launcher <name>",
      "local: train here; slurm: hand in array jobs of the stages, wait and collect",
      "local",
    )
    .option("--sbatch <option>", "an option for sbatch, such as --partition=gpu; may be repeated", collect, [])
    .option("--at-once <n>", "of slurm: how many stages may be trained at the same time (default: all that can)")
    .option("--detach", "of slurm: do not wait for the jobs; the same command later waits and collects")
    .addOption(
      new Option("--stage <hash>", "train the stage with this hash alone, as a job of the launcher").hideHelp(),
    )
    .option("--json", "print the scores as JSON");
}

async function carriedOut(
  checked: Checked,
  names: readonly string[],
  options: RunOptions,
  show: (report: Report) => string,
): Promise<void> {
  const { path } = checked;
  if (options.stage !== undefined) return trainedAlone(checked, options, options.stage);
  const slurm = slurmOptions(path, names, options);
  const jobs = localJobs(path, names, options);
  const interruption = new AbortController();
  const run = await openRun(checked, options, watchRun(options.json === true), interruption.signal);
  const { folder } = run.options;
  const waited = (holder: string) => terminal.say(`${folder.path} is in use by ${holder}; waiting for it`);
  const release = options.wait === true ? await folder.lockWhenFree(waited) : folder.lock();
  const stop = () => {
    terminal.say(
      slurm === undefined
        ? "\nstopping after this step; once more to stop at once"
        : "\nno longer waiting for the jobs",
    );
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
    const outcome =
      slurm !== undefined
        ? await launched(run, slurm, options.detach === true)
        : jobs === undefined
          ? await trainPlan(run)
          : await trainSideBySide(run, jobs);
    if (outcome === undefined) return;
    await recordManifest(run, origin, outcome.trained);
    await warnSkipped(run);
    const code = outcomeCode(outcome, options.debug === true);
    if (code !== 0) process.exitCode = code;
    if (outcome.stopped !== undefined) throw outcome.stopped;
    if (outcome.interrupted) {
      terminal.say(
        slurm === undefined
          ? `stopped; the same command goes on from the checkpoint in ${folder.path}`
          : "stopped waiting; the jobs go on, and the same command waits for them again",
      );
      process.exitCode = 130;
      return;
    }
    const results = await resultsOf(run);
    if (code !== 0 && results.length === 0 && options.json !== true) return;
    const report = await recordReport(run, path, results);
    if (options.json === true)
      terminal.printJson({
        run: folder.path,
        results: report.results,
        overall: report.overall,
        failed: outcome.failed.map(({ stage, problem }) => ({ stage: stage.label, reason: problem.message })),
        left: outcome.left.map(({ stage, needs }) => ({ stage: stage.label, needs: needs.label })),
      });
    else terminal.print(`${show(report)}\nreport: ${folder.path}/${reportFiles.page}`);
  } finally {
    process.removeListener("SIGINT", stop);
    release();
  }
}
