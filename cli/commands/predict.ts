import type { Command } from "commander";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import type { Part } from "../../runtime/data/open-data.ts";
import { predictionCsv } from "../../runtime/run/prediction-csv.ts";
import { predictionsOf } from "../../runtime/run/results.ts";
import { device, onBadRow, runCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { withoutChoices, withResults } from "../known-results.ts";
import { namedPart } from "../named-part.ts";
import { finishedRun, type RunChoice } from "../open-run.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { warnSkipped } from "../warn-skipped.ts";

interface PredictOptions extends SpecOptions, RunChoice {
  readonly part?: string;
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
    .option("--part <part>", "train, val or test (default: val, or what the assembly is made for)")
    .option("--of <name>", "the assembly or the stage by its label (default: the only assembly, or the last stage)")
    .option("--to <file>", "the file to write (default: standard output)")
    .action(async (path: string, options: PredictOptions) => {
      const given = options.part === undefined ? undefined : partOf(options.part);
      const checked = withoutChoices(checkedSpec(path, withResults(path, options), "train"));
      const { assemblies, stages } = checked.plan;
      const asked = options.of ?? assemblies.at(-1)?.name ?? stages.at(-1)?.label ?? "";
      const { plan: own } = namedPart(checked, [asked]);
      const run = await finishedRun({ ...checked, plan: own }, options);
      // Of a stage's part, the stage stands behind those that it needs.
      const assembly = own.assemblies.at(-1);
      const part = given ?? assembly?.only ?? "val";
      const name = assembly?.name ?? own.stages.at(-1)?.label ?? asked;
      const predictions = own.sweeps.length > 0 ? undefined : await predictionsOf(run, name, part);
      if (predictions === undefined)
        throw new UsageError(`${asked} is no assembly or stage; --of names one, such as ${stages.at(-1)?.label}`);
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
