import type { Command } from "commander";
import { exportName, labelsByHash, weightCount } from "../../compiler/lower/describe-plan.ts";
import type { Plan, StagePlan } from "../../compiler/lower/plan.ts";
import { toJson } from "../../compiler/lower/stage-plan.ts";
import { specCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";

export function plan(): Command {
  return specCommand(
    "plan",
    "Show what a spec asks to be done, without doing it.",
    "abaw plan examples/quickstart.abaw",
  )
    .option("--json", "print the whole plan as JSON, every default written out")
    .action((path: string, options: SpecOptions & { readonly json?: true }) => {
      const { plan } = checkedSpec(path, options, "look");
      terminal.print(options.json === true ? planJson(plan) : planText(plan));
    });
}

/** Everything of a plan but its graphs. */
function planJson({ stages, assemblies, exports, sweeps }: Plan): string {
  return toJson(
    {
      format: 1,
      stages: stages.map(({ hash, label, resolved }) => ({ hash, label, settings: JSON.parse(resolved) as unknown })),
      assemblies,
      exports: exports.map(({ of, opset }) => ({ of, opset })),
      sweeps,
    },
    2,
  );
}

function planText(plan: Plan): string {
  const { stages, assemblies } = plan;
  const names = labelsByHash(stages);
  const lines = stages.flatMap((stage, i) => stageLines(stage, i + 1, names));
  for (const { name, members } of assemblies) {
    lines.push(`assembly ${name}: ${members.map(({ task }) => task.name).join(", ")}`);
  }
  for (const each of plan.exports) lines.push(`export ${exportName(plan, each)}, opset ${each.opset}`);
  return lines.length === 0 ? "nothing: no stage is asked for" : lines.join("\n");
}

function stageLines(stage: StagePlan, place: number, names: ReadonlyMap<string, string>): readonly string[] {
  const { clip, features } = stage;
  const reads = features.map((use) => `${names.get(use.stage) ?? use.stage}.${use.tensor}`);
  const starts = [...stage.parameters, ...stage.states].flatMap(({ from }) =>
    from.kind === "stage" ? [names.get(from.stage) ?? from.stage] : from.kind === "file" ? [from.file] : [],
  );
  const trained = stage.parameters.filter(({ group }) => group !== undefined);
  return [
    `${place}. ${stage.label}`,
    `   tasks ${stage.tasks.map(({ name }) => name).join(", ")}; ${stage.duration.value} ${stage.duration.unit}, batch ${stage.batch}${clip === undefined ? "" : ` clips of ${clip.length} ${clip.by}, hop ${clip.hop}`}; ${stage.optimiser.name}; seed ${stage.seed}`,
    `   ${weightCount(trained).toLocaleString("en")} of ${weightCount(stage.parameters).toLocaleString("en")} weights trained`,
    ...(reads.length === 0 ? [] : [`   reads ${reads.join(", ")}`]),
    ...(starts.length === 0 ? [] : [`   starts from ${[...new Set(starts)].join(", ")}`]),
  ];
}
