import { execFile } from "node:child_process";
import { promisify } from "node:util";

const call = promisify(execFile);

/** Slurm does not do what it is asked. */
export class SlurmError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SlurmError";
  }
}

export interface ArrayJob {
  readonly name: string;
  /** The folder in which every task works. */
  readonly folder: string;
  /** A task's log; `%a` is its number. */
  readonly log: string;
  /** A task's command: words that a shell does not change. */
  readonly command: readonly string[];
  /** A file with a line for each task, whose text is the command's last word. */
  readonly lines: string;
  readonly tasks: number;
  /** How many tasks run at once; all that fit without it. */
  readonly atOnce: number | undefined;
  /** Options of sbatch that a person gives, such as `--partition=gpu`. */
  readonly options: readonly string[];
}

/** What sbatch is told of an array job (https://slurm.schedmd.com/sbatch.html). */
function optionsOf({ name, folder, log, tasks, atOnce, options }: ArrayJob): readonly string[] {
  const limit = atOnce === undefined ? "" : `%${atOnce}`;
  return [`--job-name=${name}`, `--array=0-${tasks - 1}${limit}`, `--chdir=${folder}`, `--output=${log}`, ...options];
}

/** The script that each task runs. */
export function arrayScript(job: ArrayJob): string {
  const { folder, command, lines } = job;
  return [
    "#!/bin/bash",
    `# sbatch ${optionsOf(job).map(quoted).join(" ")}`,
    "set -eu",
    `cd ${quoted(folder)}`,
    `line=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${quoted(lines)})`,
    `exec ${command.map(quoted).join(" ")} "$line"`,
    "",
  ].join("\n");
}

/** A word for a shell, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Hands in the script of a job, at a path; its tasks begin once those of another are over, however they ended. Gives the job's number. */
export async function submitScript(job: ArrayJob, path: string, after: string | undefined): Promise<string> {
  const dependency = after === undefined ? [] : [`--dependency=afterany:${after}`];
  const words = ["--parsable", ...dependency, ...optionsOf(job), path];
  const [id = ""] = (await slurm("sbatch", words)).trim().split(";");
  if (!/^\d+$/.test(id)) throw new SlurmError(`sbatch gave no number of a job but ${JSON.stringify(id)}`);
  return id;
}

/** Those of some jobs that still wait or run. Jobs that Slurm has forgotten are over. */
export async function jobsLeft(jobs: readonly string[]): Promise<ReadonlySet<string>> {
  const left = new Set<string>();
  for (const job of jobs) {
    try {
      if ((await slurm("squeue", ["--noheader", "--format=%A", `--jobs=${job}`])).trim() !== "") left.add(job);
    } catch (problem) {
      if (!(problem instanceof SlurmError) || !problem.message.includes("Invalid job id")) throw problem;
    }
  }
  return left;
}

async function slurm(program: string, words: readonly string[]): Promise<string> {
  try {
    return (await call(program, [...words])).stdout;
  } catch (problem) {
    if (!(problem instanceof Error)) throw problem;
    if ("code" in problem && problem.code === "ENOENT")
      throw new SlurmError(`there is no program ${program} here: this machine does not submit to Slurm`);
    const said = "stderr" in problem && typeof problem.stderr === "string" ? problem.stderr.trim() : problem.message;
    throw new SlurmError(`${program} refused: ${said}`);
  }
}
