import type { Command } from "commander";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import type { Part } from "../../runtime/data/open-data.ts";
import { predictionCsv } from "../../runtime/run/prediction-csv.ts";
import { predictionsOf } from "../../runtime/run/results.ts";
import { device, onBadRow, runCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { finishedRun, type RunChoice } from "../open-run.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { warnSkipped } from "../warn-skipped.ts";

interface PredictOptions extends SpecOptions, RunChoice {
  readonly part: string;
  readonly of?: string;
  readonly to?: string;
}

export function predict(): Command {
  return runCommand(
    "predict",
    "Write an assembly's (or a stage's) predictions for every frame of a part as CSV: one row for each image.",
    "abaw predict examples/quickstart.abaw --part test --to predictions.csv",
  )
    .option(...device)
    .option(...onBadRow)
    .option("--part <part>", "train, val or test", "val")
    .option("--of <name>", "the assembly or the stage by its label (default: the only assembly, or the last stage)")
    .option("--to <file>", "the file to write (default: standard output)")
    .action(async (path: string, options: PredictOptions) => {
      const part = partOf(options.part);
      const run = await finishedRun(checkedSpec(path, options, "train"), options);
      const name = options.of ?? run.plan.assemblies.at(-1)?.name ?? run.plan.stages.at(-1)?.label ?? "";
      const predictions = await predictionsOf(run, name, part);
      if (predictions === undefined) {
        const known = [...run.plan.assemblies.map((each) => each.name), ...run.plan.stages.map(({ label }) => label)];
        throw new UsageError(`the spec has no assembly or stage ${JSON.stringify(name)}; it has ${known.join(", ")}`);
      }
      const csv = predictionCsv(predictions);
      await warnSkipped(run);
      if (options.to === undefined) terminal.print(csv);
      else {
        writeAtomically(options.to, [new TextEncoder().encode(csv)]);
        terminal.say(`${options.to}: ${predictions.table.rows} rows`);
      }
    });
}

function partOf(text: string): Part {
  if (text === "train" || text === "val" || text === "test") return text;
  throw new UsageError(`--part takes train, val or test, not ${JSON.stringify(text)}`);
}
