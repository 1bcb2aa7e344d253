import { existsSync } from "node:fs";
import type { Command } from "commander";
import { judgedLabels, type OpenData, tableOf } from "../../runtime/data/open-data.ts";
import { compared, type PairedScore, type PairedTask } from "../../runtime/evaluate/compare.ts";
import { otherRows } from "../../runtime/evaluate/same-rows.ts";
import { namesIn } from "../../runtime/run/plan-part.ts";
import { predictionsOf } from "../../runtime/run/results.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { abawCommand } from "../abaw-command.ts";
import { recordedRun } from "../recorded-run.ts";
import { terminal } from "../terminal.ts";
import { textTable } from "../text-table.ts";
import { UsageError } from "../usage-error.ts";
import { wholeNumber } from "../whole-number.ts";

interface CompareOptions {
  readonly of?: string;
  readonly and?: string;
  readonly draws: string;
  readonly seed: string;
  readonly json?: true;
}

export function compare(): Command {
  return abawCommand(
    "compare",
    "Compare what two runs reached on the same validation rows: scores, and how far their difference would be another with other videos, by drawing videos again and again.",
    "abaw compare runs/first runs/second\nabaw compare runs/table4 runs/table4 --of au_final --and 'alone(au)'",
  )
    .argument("<run>", "a run's folder")
    .argument("<other>", "another run's folder, or the same")
    .option("--of <name>", "an assembly or stage of the first (default: its only assembly, or its last stage)")
    .option("--and <name>", "one of the other (default: the name of the first)")
    .option("--draws <n>", "how often videos are drawn", "1000")
    .option("--seed <s>", "the same seed draws the same videos", "0")
    .option("--json", "print the comparison as JSON")
    .action(async (run: string, other: string, options: CompareOptions) => {
      const draws = wholeNumber("--draws", options.draws, 100, 100_000);
      const seed = wholeNumber("--seed", options.seed, 0, 2 ** 31);
      for (const each of [run, other]) if (!existsSync(each)) throw new UsageError(`there is no folder ${each}`);
      const runs = [await recordedRun(run, {}), await recordedRun(other, {})] as const;
      const of = options.of ?? usualName(runs[0]);
      const and = options.and ?? of;
      const sides = [await sideOf(runs[0], of), await sideOf(runs[1], and)] as const;
      const { video, tasks } = paired(sides[0], sides[1]);
      const scores = compared(tasks, video, { draws, seed });
      const titles = run === other ? [of, and] : [`${of} of ${run}`, `${and} of ${other}`];
      if (options.json === true)
        terminal.printJson({
          first: { run, of },
          second: { run: other, of: and },
          draws,
          seed,
          scores: scores.map(jsonOf),
        });
      else terminal.print(comparisonText(titles, scores, { draws, videos: new Set(video).size }));
    });
}

function usualName({ plan }: Run): string {
  return plan.assemblies.at(-1)?.name ?? plan.stages.at(-1)?.label ?? "";
}

interface Side {
  readonly name: string;
  readonly data: OpenData;
  readonly tasks: readonly Omit<PairedTask, "second">[];
}

async function sideOf(run: Run, name: string): Promise<Side> {
  const { path } = run.options.folder;
  const plan =
    run.plan.assemblies.find((each) => each.name === name) ?? run.plan.stages.find(({ label }) => label === name);
  if (plan === undefined)
    throw new UsageError(
      `${path} has no assembly or stage ${JSON.stringify(name)}; it has ${namesIn(run.plan).join(", ")}`,
    );
  for (const stage of run.plan.stages)
    if ((stage === plan || "members" in plan) && !(await run.isFinished(stage)))
      throw new UsageError(`${stage.label} is not trained in ${path}, on the data as they are`);
  const data = await run.dataOf(plan.data);
  const found = await predictionsOf(run, name, "val");
  const tasks = (found?.tasks ?? []).flatMap(({ task, values }) => {
    const labels = judgedLabels(data, "val", task.name);
    return labels === undefined ? [] : [{ task, labels, first: values }];
  });
  return { name, data, tasks };
}

/** Tasks of both, if they are judged by the same rows. */
function paired(a: Side, b: Side): { readonly video: Int32Array; readonly tasks: readonly PairedTask[] } {
  const table = tableOf(a.data, "val");
  const differ = otherRows(table, tableOf(b.data, "val"));
  if (differ !== undefined)
    throw new UsageError(`${a.name} and ${b.name} are judged ${differ}; only scores on the same rows can be compared`);
  const tasks = a.tasks.flatMap((own): readonly PairedTask[] => {
    const other = b.tasks.find(({ task }) => task.name === own.task.name);
    return other === undefined ? [] : [{ ...own, second: other.first }];
  });
  if (tasks.length === 0) throw new UsageError(`${a.name} and ${b.name} have no task in common`);
  return { video: table.video, tasks };
}

function jsonOf({ task, first, second, difference }: PairedScore) {
  const number = (value: number) => (Number.isFinite(value) ? value : null);
  return { task, first: number(first), second: number(second), difference: difference ?? null };
}

function comparisonText(
  [first = "", second = ""]: readonly string[],
  scores: readonly PairedScore[],
  { draws, videos }: { readonly draws: number; readonly videos: number },
): string {
  const number = (value: number) => (Number.isFinite(value) ? value.toFixed(4) : "–");
  const signed = (value: number) => `${value < 0 ? "" : "+"}${number(value)}`;
  const rows = scores.map(({ task, first: a, second: b, difference }) => [
    task === "all" ? "P" : task,
    number(a),
    number(b),
    signed(b - a),
    difference === undefined ? "some draws have no label" : `${signed(difference.from)} to ${signed(difference.to)}`,
    difference === undefined ? "" : `${(100 * difference.above).toFixed(1)} %`,
  ]);
  const table = textTable(
    [["task", "first", "second", "difference", "95 % of draws", "second better in"], ...rows],
    [1, 2, 3, 5],
  );
  return `first: ${first}\nsecond: ${second}\n\n${table}\n\n(${draws.toLocaleString("en")} draws of ${videos} videos of the validation part)`;
}
