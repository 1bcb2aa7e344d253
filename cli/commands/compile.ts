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
import type { Plan, StagePlan } from "../../compiler/lower/plan.ts";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import { writePackage } from "../../runtime/engines/torch/write-package.ts";
import { linkedNetwork } from "../../runtime/networks/linked-network.ts";
import { specCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { withoutChoices, withResults } from "../known-results.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { ofCallers, refuseAroundSteps } from "../written-training.ts";

interface CompileOptions extends SpecOptions {
  readonly target: string;
  readonly stage?: string;
  readonly to: string;
  readonly json?: true;
}

export function compiling(): Command {
  return specCommand(
    "compile",
    "Write a spec's graphs without weights.\n  onnx        ONNX files: every export, and every stage's heads; weights are inputs\n  onnx-train  ONNX files: every stage's whole step: loss, gradients, clipping, optimiser\n  torch       a Python package for every stage: its model and loss as PyTorch modules",
    "abaw compile examples/quickstart.abaw --target onnx-train --to graphs",
  )
    .requiredOption("--target <target>", "onnx, onnx-train or torch")
    .option("--stage <label>", "only this stage, such as 'alone(au)'")
    .option("--to <folder>", "where the files go", "graphs")
    .option("--json", "print what was written as JSON")
    .action((path: string, options: CompileOptions) => {
      const { plan } = withoutChoices(checkedSpec(path, withResults(path, options), "train"));
      const written = options.target === "torch" ? packages(plan, options) : models(plan, options);
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

interface Written {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly milliseconds: number;
}

function models(plan: Plan, options: CompileOptions): readonly Written[] {
  return graphsOf(plan, options).map(({ name, graph, options: onnx }) => {
    const begun = performance.now();
    const made = graph();
    const networks = made.networks?.map(linkedNetwork) ?? [];
    const { model } = emitOnnx(made, { ...onnx, networks });
    const path = join(options.to, `${fileName(name)}.onnx`);
    writeAtomically(path, [model]);
    return { name, path, bytes: model.length, milliseconds: Math.round(performance.now() - begun) };
  });
}

function packages(plan: Plan, options: CompileOptions): readonly Written[] {
  refuseAroundSteps(stagesOf(plan, options), "--target torch", ["`sam`", ...ofCallers]);
  return stagesOf(plan, options).map((stage) => {
    const begun = performance.now();
    const path = join(options.to, fileName(stage.label));
    const { label, parameters, graphs } = stage;
    const bytes = writePackage(path, { label, parameters, forward: graphs.forward() });
    return { name: label, path, bytes, milliseconds: Math.round(performance.now() - begun) };
  });
}

function stagesOf(plan: Plan, { stage }: CompileOptions): readonly StagePlan[] {
  const stages = plan.stages.filter(({ label }) => stage === undefined || label === stage);
  if (stages.length > 0) return stages;
  throw new UsageError(
    `there is no stage ${JSON.stringify(stage)}; there are ${plan.stages.map(({ label }) => label).join(", ")}`,
  );
}

function graphsOf(plan: Plan, options: CompileOptions): readonly NamedGraph[] {
  const { target, stage } = options;
  const stages = stagesOf(plan, options);
  switch (target) {
    case "onnx":
      return [
        ...(stage === undefined ? plan.exports.map((each) => exportedGraph(each, plan)) : []),
        ...stages.map(headsGraph),
      ];
    case "onnx-train":
      refuseAroundSteps(stages, "--target onnx-train", [...ofCallers, "`views`"]);
      for (const { label, groups } of stages)
        if (groups.some(({ since }) => since !== undefined))
          throw new UsageError(
            `${label} frees weights while it trains, and onnx-train writes one graph for all steps; set what is frozen for a time to frozen or to trained`,
          );
      return stages.map(wholeStepGraph);
    default:
      throw new UsageError(`--target takes onnx, onnx-train or torch, not ${JSON.stringify(target)}`);
  }
}
