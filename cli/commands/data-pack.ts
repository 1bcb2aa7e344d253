import { existsSync, readdirSync } from "node:fs";
import type { Command } from "commander";
import { neededBy } from "../../runtime/run/plan-part.ts";
import { packStage } from "../../runtime/train/pack-stage.ts";
import { onBadRow, runCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { withoutChoices, withResults } from "../known-results.ts";
import { openRun, type RunChoice } from "../open-run.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { warnSkipped } from "../warn-skipped.ts";
import { watchRun } from "../watch-run.ts";
import { refuseAroundSteps } from "../written-training.ts";

interface PackOptions extends SpecOptions, RunChoice {
  readonly stage: string;
  readonly to: string;
  readonly json?: true;
}

export function pack(): Command {
  return runCommand(
    "pack",
    "Pack what the training of one stage reads into shards: frames at the model's size, labels, stored features, clips, first weights. Stages that it builds on must be trained in the run's folder. `train.py` of `abaw compile --target torch` trains on them, on as many machines as there are.",
    'abaw data pack examples/quickstart.abaw --stage "alone(au)" --to packed',
  )
    .requiredOption("--stage <label>", "the stage, such as 'alone(au)'")
    .requiredOption("--to <folder>", "a folder that is empty or not there yet")
    .option(...onBadRow)
    .option("--json", "print what was written as JSON")
    .action(async (path: string, options: PackOptions) => {
      const checked = withoutChoices(checkedSpec(path, withResults(path, options), "train"));
      const stage = checked.plan.stages.find(({ label }) => label === options.stage);
      if (stage === undefined) {
        const labels = checked.plan.stages.map(({ label }) => label).join(", ");
        throw new UsageError(`there is no stage ${JSON.stringify(options.stage)}; there are ${labels}`);
      }
      if (stage.keep.kind === "each")
        throw new UsageError(
          `${stage.label} keeps a checkpoint for each name, and a packed stage's own loop one; \`abaw train\` trains it`,
        );
      if (stage.keep.kind === "least")
        throw new UsageError(
          `${stage.label} keeps by a term of its loss, and a packed stage's own loop by scores; \`abaw train\` trains it`,
        );
      if (stage.evaluate.merge !== "mean")
        throw new UsageError(
          `${stage.label} is judged by one of several windows, and a packed stage's own loop by their mean; \`abaw train\` trains it`,
        );
      refuseAroundSteps([stage], "a packed stage's own loop", ["`sam`"]);
      if (stage.sample !== undefined)
        throw new UsageError(
          `${stage.label} draws classes equally often, and a packed stage's own loop every row once; \`abaw train\` trains it`,
        );
      if (existsSync(options.to) && readdirSync(options.to).length > 0)
        throw new UsageError(`${options.to} is not empty; nothing is written over`);
      const run = await openRun(checked, options, watchRun(options.json === true));
      for (const hash of neededBy(stage)) {
        const needed = run.stageOf(hash);
        if (!(await run.isFinished(needed)))
          throw new UsageError(
            `${stage.label} builds on ${needed.label}, which is not trained in ${run.options.folder.path}; \`abaw train ${path}\` trains it`,
          );
      }
      const inputs = await run.trainingInputsOf(stage);
      const { parts } = await packStage(stage, inputs, (hash) => run.keptOf(hash), options.to);
      await warnSkipped(run);
      if (options.json === true) terminal.printJson({ stage: stage.label, folder: options.to, parts });
      else
        terminal.print(
          Object.entries(parts)
            .map(
              ([part, { frames, clips, shards }]) =>
                `${part}: ${frames} frames in ${shards.length} files, ${clips} clips`,
            )
            .join("\n"),
        );
    });
}
