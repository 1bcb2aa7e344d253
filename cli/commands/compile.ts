import { join } from "node:path";
import type { Command } from "commander";
import { emitOnnx } from "../../compiler/emit/onnx/emit-onnx.ts";
import {
  exportedGraph,
  fileName,
  headsGraph,
  type NamedGraph,
  wholeStepGraph,
} from "../../compiler/lower/named-graphs.ts";
import type { Plan } from "../../compiler/lower/plan.ts";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import { specCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

interface CompileOptions extends SpecOptions {
  readonly target: string;
  readonly stage?: string;
  readonly to: string;
  readonly json?: true;
}

export function compiling(): Command {
  return specCommand(
    "compile",
    "Write a spec's graphs as ONNX files without weights: weights are inputs.\n  onnx        every export, and every stage's heads\n  onnx-train  every stage's whole step: loss, gradients, clipping, optimiser",
    "abaw compile examples/quickstart.abaw --target onnx-train --to graphs",
  )
    .requiredOption("--target <target>", "onnx or onnx-train")
    .option("--stage <label>", "only this stage, such as 'alone(au)'")
    .option("--to <folder>", "where the files go", "graphs")
    .option("--json", "print what was written as JSON")
    .action((path: string, options: CompileOptions) => {
      const { plan } = checkedSpec(path, options, "train");
      const written = graphsOf(plan, options).map(({ name, graph, options: onnx }) => {
        const begun = performance.now();
        const { model } = emitOnnx(graph(), onnx);
        const file = join(options.to, `${fileName(name)}.onnx`);
        writeAtomically(file, [model]);
        return { name, path: file, bytes: model.length, milliseconds: Math.round(performance.now() - begun) };
      });
      if (options.json === true) terminal.printJson({ target: options.target, graphs: written });
      else {
        terminal.print(
          written
            .map((each) => `${each.path}: ${(each.bytes / 1024).toFixed(0)} KiB, ${each.milliseconds} ms`)
            .join("\n"),
        );
      }
    });
}

function graphsOf(plan: Plan, { target, stage }: CompileOptions): readonly NamedGraph[] {
  const stages = plan.stages.filter(({ label }) => stage === undefined || label === stage);
  if (stages.length === 0) {
    throw new UsageError(
      `there is no stage ${JSON.stringify(stage)}; there are ${plan.stages.map(({ label }) => label).join(", ")}`,
    );
  }
  switch (target) {
    case "onnx":
      return [
        ...(stage === undefined ? plan.exports.map((each) => exportedGraph(each, plan)) : []),
        ...stages.map(headsGraph),
      ];
    case "onnx-train":
      return stages.map(wholeStepGraph);
    default:
      throw new UsageError(`--target takes onnx or onnx-train, not ${JSON.stringify(target)}`);
  }
}
