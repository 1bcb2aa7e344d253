import { trainSideBySide } from "../runtime/launch/side-by-side.ts";
import { recordManifest, recordReport } from "../runtime/report/record-run.ts";
import { type Report, reportFiles } from "../runtime/report/report-data.ts";
import { resultsOf } from "../runtime/run/results.ts";
import type { Run } from "../runtime/run/run-plan.ts";
import { type Outcome, trainPlan } from "../runtime/run/train-plan.ts";
import type { Work } from "../runtime/run/work.ts";
import { type CarriedOut, carryOut, hasSearch } from "../runtime/search/carry-out.ts";
import { refuseEngine } from "../runtime/train/refuse-engine.ts";
import { type Checked, checkedSpec } from "./checked-spec.ts";
import { type LaunchChoice, launched, localJobs, slurmOptions, trainedAlone } from "./launched.ts";
import { namedPart } from "./named-part.ts";
import { openRun } from "./open-run.ts";
import { outcomeCode } from "./outcome.ts";
import { roundText, rungText } from "./search-text.ts";
import { terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";
import { warnSkipped } from "./warn-skipped.ts";
import { watchRun } from "./watch-run.ts";

export interface RunOptions extends LaunchChoice {
  readonly wait?: boolean;
  readonly detach?: true;
  /** What a launcher gives its processes to train. */
  readonly stage?: string;
  readonly json?: true;
}

/** Trains what is named of a spec, scores it and writes the report; `show` says what is printed of it. */
export async function carriedOut(
  checked: Checked,
  names: readonly string[],
  options: RunOptions,
  show: (report: Report) => string,
): Promise<void> {
  const { path } = checked;
  const first = namedPart(checked, names);
  if (options.stage !== undefined) return trainedAlone(first, options, options.stage);
  const slurm = slurmOptions(path, names, options);
  const jobs = localJobs(path, names, options);
  if (options.detach === true && hasSearch(first.plan))
    throw new UsageError("--detach is not for a search or a choice: what is trained next follows from results");
  const interruption = new AbortController();
  const watch = watchRun(options.json === true);
  const opened = await openRun(first, options, watch, interruption.signal);
  const { folder } = opened.options;
  const waited = (holder: string) => terminal.say(`${folder.path} is in use by ${holder}; waiting for it`);
  const release = options.wait === true ? await folder.lockWhenFree(waited) : folder.lock();
  const stop = () => {
    terminal.say(
      slurm === undefined
        ? "\nstopping after this step; once more to stop at once"
        : "\nno longer waiting for the jobs",
    );
    interruption.abort();
    process.once("SIGINT", () => process.exit(130));
  };
  process.once("SIGINT", stop);
  const origin = { version, spec: path, profile: options.profile, set: options.set ?? [], sources: checked.sources };
  let isDetached = false;
  const train = async (run: Run, work: Work): Promise<Outcome> => {
    // Before anything is trained, which can take days.
    for (const stage of work.stages) if (!(await run.isFinished(stage))) refuseEngine(stage, run.options.engine);
    if (slurm === undefined) return jobs === undefined ? trainPlan(run, work) : trainSideBySide(run, jobs, work);
    const outcome = await launched(run, slurm, options.detach === true, work);
    isDetached = outcome === undefined;
    return outcome ?? { trained: new Set(), interrupted: true, failed: [], left: [] };
  };
  try {
    const { run, outcome } = await carryOut({
      runWith: async (results, before) => {
        if (before === undefined) {
          await recordManifest(opened, origin);
          return opened;
        }
        const known = namedPart(checkedSpec(path, { ...options, results }, "train", false), names);
        return openRun(known, options, watch, interruption.signal, before);
      },
      train,
      clock: () => performance.now() / 1000,
      onRound: (...round) => terminal.say(roundText(...round)),
      onRung: (...rung) => terminal.say(rungText(...rung)),
    });
    if (isDetached) return;
    await recordManifest(run, origin, outcome.trained);
    await warnSkipped(run);
    await conclude({ run, outcome }, path, options, slurm !== undefined, show);
  } finally {
    process.removeListener("SIGINT", stop);
    release();
  }
}

/** Says what failed, or how to go on where it was interrupted; else scores it and shows the report. */
async function conclude(
  { run, outcome }: CarriedOut,
  path: string,
  options: RunOptions,
  elsewhere: boolean,
  show: (report: Report) => string,
): Promise<void> {
  const { folder } = run.options;
  const code = outcomeCode(outcome, options.debug === true);
  if (code !== 0) process.exitCode = code;
  if (outcome.stopped !== undefined) throw outcome.stopped;
  if (outcome.interrupted) {
    terminal.say(
      elsewhere
        ? "stopped waiting; the jobs go on, and the same command waits for them again"
        : `stopped; the same command goes on from the checkpoint in ${folder.path}`,
    );
    process.exitCode = 130;
    return;
  }
  const results = await resultsOf(run);
  if (code !== 0 && results.length === 0 && options.json !== true) return;
  const report = await recordReport(run, path, results);
  if (options.json === true)
    terminal.printJson({
      run: folder.path,
      results: report.results,
      overall: report.overall,
      failed: outcome.failed.map(({ stage, problem }) => ({ stage: stage.label, reason: problem.message })),
      left: outcome.left.map(({ stage, needs }) => ({ stage: stage.label, needs: needs.label })),
    });
  else terminal.print(`${show(report)}\nreport: ${folder.path}/${reportFiles.page}`);
}
