import type { Command } from "commander";
import { exportName, labelsByHash, readsOf, weightCount } from "../../compiler/lower/describe-plan.ts";
import type { Plan, StagePlan } from "../../compiler/lower/plan.ts";
import { toJson } from "../../compiler/lower/stage-plan.ts";
import { runCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { withResults } from "../known-results.ts";
import type { RunChoice } from "../open-run.ts";
import { type PlanStatus, planStatus } from "../plan-status.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";

export function plan(): Command {
  return runCommand(
    "plan",
    "Show what a spec asks to be done, without doing it: each stage, what it takes from others, how far it is in the run's folder, and in what it differs from the one with its name that was trained there.",
    "abaw plan examples/quickstart.abaw",
  )
    .option("--json", "print the whole plan as JSON, every default written out")
    .action(async (path: string, options: SpecOptions & RunChoice & { readonly json?: true }) => {
      const checked = checkedSpec(path, withResults(path, options), "look");
      const status = await planStatus(checked, options);
      if (options.json === true) terminal.print(planJson(checked.plan, status));
      else {
        terminal.print(planText(checked.plan, status.stages));
        if (status.estimate !== undefined) terminal.print(estimateText(status.estimate, checked.plan.stages.length));
      }
    });
}

/** Everything of a plan but its graphs. */
function planJson(
  { stages, assemblies, exports, sweeps, choices }: Plan,
  { stages: status, estimate }: PlanStatus,
): string {
  return toJson(
    {
      format: 1,
      stages: stages.map((stage) => ({
        hash: stage.hash,
        label: stage.label,
        status: status.get(stage) ?? null,
        settings: JSON.parse(stage.resolved) as unknown,
      })),
      assemblies,
      exports: exports.map(({ of, opset, include }) => ({ of, opset, include: include.map(({ name }) => name) })),
      sweeps,
      choices,
      estimate: estimate === undefined ? null : { ...estimate, seconds: estimate.seconds ?? null },
    },
    2,
  );
}

/** What is left to do, in words. */
function estimateText(
  { stages, steps, seconds, untimed, bytes }: NonNullable<PlanStatus["estimate"]>,
  all: number,
): string {
  const without =
    untimed.length === 0 ? "" : `, without what ${untimed.join(" and ")} will take, of which the work is not known`;
  const time =
    seconds === undefined
      ? "how long that takes is known once a stage is trained"
      : `about ${timeText(seconds)}, by what the trained ones took${without}`;
  return `to do: ${stages} of ${all} stages, ${steps.toLocaleString("en")} steps; ${time}; ${sizeText(bytes)} on the disk`;
}

function timeText(seconds: number): string {
  const [count, unit] = seconds < 90 ? [seconds, "s"] : seconds < 5400 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
  return `${Math.max(1, Math.round(count))} ${unit}`;
}

function sizeText(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  if (mebibytes < 1) return "under 1 MiB";
  return mebibytes < 2048 ? `${Math.round(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

function planText(plan: Plan, status: ReadonlyMap<StagePlan, string>): string {
  const { stages, assemblies } = plan;
  const names = labelsByHash(stages);
  const lines = stages.flatMap((stage, i) => stageLines(stage, i + 1, names, status.get(stage)));
  for (const { name, members } of assemblies) {
    lines.push(`assembly ${name}: ${members.map(({ task }) => task.name).join(", ")}`);
  }
  for (const { name, points, search } of plan.sweeps) {
    if (search?.open !== true) continue;
    const of = search.trials === undefined ? "" : ` of ${search.trials}`;
    lines.push(
      `search ${name}: the first ${points.length}${of} points; which others follow depends on what these reach`,
    );
  }
  for (const { stages: among } of plan.choices)
    lines.push(`best of ${among.map(({ hash }) => names.get(hash)).join(", ")}: known once they are trained`);
  for (const each of plan.exports) {
    const beside = each.include.map(({ name }) => `, with ${name}`).join("");
    lines.push(`export ${exportName(plan, each)}, opset ${each.opset}${beside}`);
  }
  return lines.length === 0 ? "nothing: no stage is asked for" : lines.join("\n");
}

function stageLines(
  stage: StagePlan,
  place: number,
  names: ReadonlyMap<string, string>,
  status: string | undefined,
): readonly string[] {
  const { clip, networks = [] } = stage;
  const reads = [
    ...readsOf(stage).map((use) => `${names.get(use.stage) ?? use.stage}.${use.tensor}`),
    ...networks.map(({ file }) => file),
  ];
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
    ...(status === undefined ? [] : [`   ${status}`]),
  ];
}
