import { resolve } from "node:path";
import { memoryLeft } from "../runtime/launch/process-memory.ts";
import type { LocalJobs } from "../runtime/launch/side-by-side.ts";
import { readStageWord } from "../runtime/launch/stage-word.ts";
import { collectPlan, type SlurmOptions, submitPlan } from "../runtime/launch/submit-plan.ts";
import { levelsOf } from "../runtime/run/levels.ts";
import type { Run } from "../runtime/run/run-plan.ts";
import { type Outcome, trainAlone } from "../runtime/run/train-plan.ts";
import type { Work } from "../runtime/run/work.ts";
import type { Checked } from "./checked-spec.ts";
import { bytesText } from "./explain-text.ts";
import { openRun, type RunChoice, runFolderOf } from "./open-run.ts";
import type { SpecOptions } from "./read-spec.ts";
import { terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { watchRun } from "./watch-run.ts";
import { wholeNumber } from "./whole-number.ts";

export interface LaunchChoice extends SpecOptions, RunChoice {
  readonly launcher: string;
  readonly sbatch?: readonly string[];
  readonly atOnce?: string;
  readonly jobs?: string;
  /** GB. */
  readonly memory?: string;
}

/** How a run's stages go to Slurm; undefined if they are trained here. */
export function slurmOptions(spec: string, names: readonly string[], choice: LaunchChoice): SlurmOptions | undefined {
  const { launcher, sbatch = [], atOnce } = choice;
  if (launcher !== "local" && launcher !== "slurm")
    throw new UsageError(`--launcher takes local or slurm, not ${JSON.stringify(launcher)}`);
  if (launcher === "local") {
    if (sbatch.length > 0 || atOnce !== undefined)
      throw new UsageError("--sbatch and --at-once are of --launcher slurm");
    return undefined;
  }
  const other = sbatch.find((option) => !option.startsWith("-"));
  if (other !== undefined)
    throw new UsageError(`--sbatch takes an option such as --partition=gpu, not ${JSON.stringify(other)}`);
  if (choice.jobs !== undefined) throw new UsageError("--jobs is of --launcher local; of slurm say --at-once");
  if (choice.memory !== undefined) throw new UsageError("--memory is of --jobs; of slurm say --sbatch=--mem=16G");
  return {
    name: "abaw",
    folder: process.cwd(),
    command: stageCommand(spec, names, choice),
    atOnce: atOnce === undefined ? undefined : wholeNumber("--at-once", atOnce, 1, 100_000),
    options: sbatch,
  };
}

/** How many stages are trained side by side here; undefined if it is one after the other. */
export function localJobs(spec: string, names: readonly string[], choice: LaunchChoice): LocalJobs | undefined {
  if (choice.jobs === undefined) {
    if (choice.memory !== undefined) throw new UsageError("--memory is of --jobs, of which there is none");
    return undefined;
  }
  const jobs = wholeNumber("--jobs", choice.jobs, 1, 1024);
  const memory = choice.memory === undefined ? memoryLeft() : gigabyte * gigabytes("--memory", choice.memory);
  if (jobs === 1) return undefined;
  return {
    jobs,
    command: stageCommand(spec, names, choice),
    memory,
    onHeld: ({ label }, bytes, left) =>
      terminal.say(
        `${label} waits for memory: it takes about ${bytesText(bytes)}, and ${bytesText(Math.max(0, left))} of ${bytesText(memory)} are left; --memory sets another limit`,
      ),
  };
}

const gigabyte = 1e9;

function gigabytes(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${option} takes a number of GB, such as 16 or 7.5, not ${JSON.stringify(text)}`);
}

/** A command that trains one stage of what is named of a spec; which one is to follow. */
function stageCommand(spec: string, names: readonly string[], choice: LaunchChoice): readonly string[] {
  const out = resolve(runFolderOf(spec, choice.out));
  const [, program = ""] = process.argv;
  return [
    process.execPath,
    ...process.execArgv,
    program,
    "run",
    spec,
    ...names,
    "--out",
    out,
    ...wordsOf(choice),
    "--stage",
  ];
}

/** The options that make a stage what it is, and what it is trained on. */
function wordsOf({
  profile,
  set = [],
  engine,
  device,
  onBadRow,
  nproc,
  precision,
  torchCompile,
}: LaunchChoice): readonly string[] {
  const named = { profile, engine, device, "on-bad-row": onBadRow, nproc, precision };
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ...set.flatMap((each) => ["--set", each]),
    ...(torchCompile === true ? ["--torch-compile"] : []),
  ];
}

/** Hands a run's stages in and collects them; undefined where it is not to wait. */
export async function launched(
  run: Run,
  slurm: SlurmOptions,
  detached: boolean,
  work?: Work,
): Promise<Outcome | undefined> {
  const jobs = await submitPlan(run, slurm, work);
  if (jobs.length > 0) {
    const levels = levelsOf(work?.stages ?? run.plan.stages).length;
    terminal.say(
      `Slurm has the ${jobs.length === 1 ? "job" : "jobs"} ${jobs.join(", ")}, of ${levels} levels of the plan; scancel ${jobs.join(" ")} ends them`,
    );
    if (detached) {
      terminal.print(`the same command without --detach waits for them and shows what they reached`);
      return undefined;
    }
  }
  return collectPlan(run, jobs, work);
}

/** Trains one stage of a plan, which a launcher names. */
export async function trainedAlone(checked: Checked, choice: RunChoice, word: string): Promise<void> {
  const asked = readStageWord(word);
  if (asked === undefined) throw new UsageError(`--stage takes what a launcher says, not ${JSON.stringify(word)}`);
  const stage = checked.plan.stages.find(({ hash }) => hash === asked.hash);
  if (stage === undefined)
    throw new UsageError(
      `${checked.path} has no stage with the hash ${asked.hash} any more: it was changed after its stages were handed in`,
    );
  const interruption = new AbortController();
  // Slurm sends SIGTERM before the time of a job is over, if sbatch was told --signal=B:TERM@60; Ctrl-C goes to all processes of a terminal.
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => interruption.abort());
  const run = await openRun(checked, choice, watchRun(false), interruption.signal);
  if (await trainAlone(run, stage, asked.limit)) process.exitCode = 130;
}
