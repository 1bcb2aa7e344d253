import { type Command, Option } from "commander";
import { collect, device, onBadRow, runCommand, withTorchOptions } from "../abaw-command.ts";
import { carriedOut, type RunOptions } from "../carried-out.ts";
import { type Checked, checkedSpec } from "../checked-spec.ts";
import { withResults } from "../known-results.ts";
import { scoreTable, sweepTables } from "../score-table.ts";
import { UsageError } from "../usage-error.ts";

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
      carriedOut(checkedFor(path, options), names, options, scoreTable),
    );
}

export function train(): Command {
  return training(
    "train",
    `The same as run: train every stage that is not trained yet, ${words}`,
    "abaw train examples/quickstart.abaw --out runs/first",
  ).action((path: string, options: RunOptions) => carriedOut(checkedFor(path, options), [], options, scoreTable));
}

export function sweep(): Command {
  return training(
    "sweep",
    `Run a spec's sweeps and show their tables: train ${words}`,
    "abaw sweep specs/netease/table4.abaw --profile toy",
  )
    .argument("[names...]", "sweeps of the spec (default: all of them)")
    .action((path: string, names: readonly string[], options: RunOptions) => {
      const checked = checkedFor(path, options);
      const known = checked.plan.sweeps.map(({ name }) => name);
      if (known.length === 0) throw new UsageError(`${path} has no sweep; \`abaw run ${path}\` trains what it has`);
      const other = names.find((name) => !known.includes(name));
      if (other !== undefined)
        throw new UsageError(`${path} has no sweep ${JSON.stringify(other)}; it has ${known.join(", ")}`);
      const asked = names.length === 0 ? known : names;
      return carriedOut(checked, asked, options, sweepTables);
    });
}

/** A launcher's process goes by the results that there are so far, and what there is to warn of its launcher has said. */
function checkedFor(path: string, options: RunOptions): Checked {
  if (options.stage === undefined) return checkedSpec(path, options, "train");
  return checkedSpec(path, withResults(path, options), "train", false);
}

function training(name: string, description: string, example: string): Command {
  return withTorchOptions(runCommand(name, description, example))
    .option(...device)
    .option(...onBadRow)
    .option("--jobs <n>", "train so many stages at the same time, each in a process of its own (default: 1)")
    .option("--memory <GB>", "of --jobs: what they may take together (default: nine tenths of what is free)")
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
