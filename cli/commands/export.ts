import { join } from "node:path";
import type { Command } from "commander";
import { exportName } from "../../compiler/lower/describe-plan.ts";
import { fileName } from "../../compiler/lower/named-graphs.ts";
import { checkExport } from "../../runtime/run/check-export.ts";
import { exportModel } from "../../runtime/run/export-model.ts";
import { runCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { withoutChoices, withResults } from "../known-results.ts";
import { namedPart } from "../named-part.ts";
import { finishedRun, type RunChoice } from "../open-run.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/** Files and runtime add in different orders; more than this is a mistake of ours. */
const tolerance = 1e-5;

export function exporting(): Command {
  return runCommand(
    "export",
    "Write what the spec exports as ONNX, and check each file's numbers against the runtime's at five shapes.",
    "abaw export examples/quickstart.abaw --to models",
  )
    .option("--to <folder>", "where the models go (default: export/ in the run's folder)")
    .option("--json", "print what was written as JSON")
    .action(async (path: string, options: SpecOptions & RunChoice & { readonly to?: string; readonly json?: true }) => {
      const checked = withoutChoices(checkedSpec(path, withResults(path, options), "write"));
      if (checked.plan.exports.length === 0)
        throw new UsageError(`${path} exports nothing; \`export NAME\` in it does`);
      const names = checked.plan.exports.map((each) => exportName(checked.plan, each));
      const run = await finishedRun(namedPart(checked, names), options);
      const folder = options.to ?? join(run.options.folder.path, "export");
      const written = [];
      for (const plan of checked.plan.exports) {
        const name = exportName(checked.plan, plan);
        const model = exportModel(run, plan, join(folder, `${fileName(name)}.onnx`));
        const checks = await checkExport(run, plan, model.path);
        const difference = Math.max(...checks.map((each) => each.difference));
        written.push({ name, ...model, checks, difference });
        if (!(difference <= tolerance)) {
          throw new Error(`${model.path} differs from the runtime by ${difference}, more than ${tolerance}`);
        }
        if (options.json !== true) {
          terminal.print(
            `${model.path}: ${(model.bytes / 2 ** 20).toFixed(1)} MiB; differs from the runtime by at most ${difference.toExponential(1)} at ${new Set(checks.map(({ batch, time }) => `${batch}×${time}`)).size} shapes`,
          );
        }
      }
      if (options.json === true) terminal.printJson({ models: written });
    });
}
