import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { StagePlan } from "../compiler/lower/plan.ts";
import { manifestName, readManifest } from "../runtime/run/manifest.ts";
import { RunFolder } from "../runtime/run/run-folder.ts";
import { Run, type RunWatcher } from "../runtime/run/run-plan.ts";
import type { Checked } from "./checked-spec.ts";
import { type EngineChoice, openEngine } from "./open-engine.ts";
import { UsageError } from "./usage-error.ts";
import { watchRun } from "./watch-run.ts";

export interface RunChoice extends EngineChoice {
  /** The run's folder. */
  readonly out?: string;
  readonly onBadRow?: string;
}

/** Where a run of a spec lies unless told: `runs/<name of the spec>`. */
export function runFolderOf(spec: string, out: string | undefined): string {
  return out ?? join("runs", basename(spec).replace(/\.abaw$/, ""));
}

/** The run of a checked spec in its folder; `before` is one of the same spec when less of its results was known. */
export async function openRun(
  { plan, path }: Checked,
  choice: RunChoice,
  watch: RunWatcher,
  signal: AbortSignal = new AbortController().signal,
  before?: Run,
): Promise<Run> {
  const { out, onBadRow = "error" } = choice;
  if (onBadRow !== "error" && onBadRow !== "skip") {
    throw new UsageError(`--on-bad-row takes error or skip, not ${JSON.stringify(onBadRow)}`);
  }
  const engine = before?.options.engine ?? (await openEngine(choice));
  const folder = before?.options.folder ?? new RunFolder(runFolderOf(path, out));
  return new Run(plan, { engine, folder, onBadRow, signal, watch }, before);
}

/** The run of a spec whose stages are trained; throws a UsageError that names the first that is not. */
export async function finishedRun(checked: Checked, choice: RunChoice & { readonly json?: true }): Promise<Run> {
  const { run, untrained } = await existingRun(checked, choice);
  const [first] = untrained;
  if (first !== undefined) throw notTrained(first, run, checked);
  return run;
}

/** The run of a spec of which at least one stage is trained, and the stages that are not. */
export async function startedRun(
  checked: Checked,
  choice: RunChoice & { readonly json?: true },
): Promise<{ readonly run: Run; readonly untrained: readonly StagePlan[] }> {
  const { run, untrained } = await existingRun(checked, choice);
  const [first] = untrained;
  if (first !== undefined && untrained.length === run.plan.stages.length) throw notTrained(first, run, checked);
  return { run, untrained };
}

async function existingRun(checked: Checked, choice: RunChoice & { readonly json?: true }) {
  const folder = runFolderOf(checked.path, choice.out);
  if (!existsSync(folder)) {
    throw new UsageError(
      `there is no run in ${folder}; \`abaw train ${checked.path}\` makes it, --out names another folder`,
    );
  }
  const run = await openRun(checked, choice, watchRun(choice.json === true));
  const untrained: StagePlan[] = [];
  for (const stage of run.plan.stages) if (!(await run.isFinished(stage))) untrained.push(stage);
  return { run, untrained };
}

function notTrained({ label }: StagePlan, { options }: Run, checked: Checked): UsageError {
  const { path } = options.folder;
  const given = givenAtTraining(path, checked);
  const way =
    given === undefined ? `\`abaw train ${checked.path}\` trains what is missing` : `this run was made with ${given}`;
  return new UsageError(`${label} is not trained in ${path}; ${way}`);
}

/** The profile and settings of a run's training, if they are not those of this command: other settings are other stages. */
function givenAtTraining(folder: string, { options }: Checked): string | undefined {
  if (!existsSync(join(folder, manifestName))) return undefined;
  const { profile, set } = readManifest(folder).spec;
  const words = (name: string, settings: readonly string[]) =>
    [...(name === "" ? [] : [`--profile ${name}`]), ...settings.map((each) => `--set ${JSON.stringify(each)}`)].join(
      " ",
    );
  const then = words(profile, set);
  if (then === words(options.profile ?? "", options.set ?? [])) return undefined;
  return then === "" ? "no --profile and no --set" : then;
}
