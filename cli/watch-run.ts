import type { StagePlan } from "../compiler/lower/plan.ts";
import type { RunWatcher } from "../runtime/run/run-plan.ts";
import { StageError } from "../runtime/train/stage-error.ts";
import { type Progress, progressBar } from "./progress.ts";
import { terminal } from "./terminal.ts";

/** Tells of a training: a bar for the stage at hand, a line for every judgement. */
export function watchRun(quiet: boolean): RunWatcher {
  const say = (text: string) => {
    if (!quiet) terminal.say(text);
  };
  let bar: Progress | undefined;
  let title = "";
  let passing: { readonly key: string; readonly bar: Progress } | undefined;
  const drop = () => {
    bar?.stop();
    bar = undefined;
    passing?.bar.stop();
    passing = undefined;
  };
  return {
    stageStarts(plan: StagePlan, place: number, total: number) {
      title = `[${place}/${total}] ${plan.label}`;
      say(terminal.palette.bold(title));
    },
    stageCached: (plan) => say(`${plan.label}: trained before, nothing to do`),
    step(done, total, loss) {
      if (quiet) return;
      bar ??= progressBar(title, total, "steps");
      bar.update(done, `loss ${loss.toFixed(4)}`);
    },
    epoch(epoch, scores, loss) {
      drop();
      const parts = [...scores].map(
        ([task, { score }]) => `${task} ${score === undefined ? "no labels" : score.toFixed(4)}`,
      );
      say(`  epoch ${epoch}: ${parts.join(", ") || `loss ${loss.toFixed(4)}`}`);
    },
    stageEnds: drop,
    stageFails(_, problem) {
      drop();
      say(`  ${terminal.palette.red("failed")}: ${problem instanceof StageError ? problem.reason : problem.message}`);
    },
    altered(problem) {
      drop();
      const { palette } = terminal;
      terminal.say(`${palette.yellow(palette.bold("warning"))}: ${problem.message}; it is made again`);
    },
    waits(file, holder) {
      drop();
      say(`  ${file} is being made by ${holder}; waiting for it`);
    },
    pass(plan, part, done, total) {
      if (quiet) return;
      const key = `${plan.label}, ${part}`;
      if (passing?.key !== key) {
        drop();
        passing = { key, bar: progressBar(key, total, "batches") };
      }
      passing.bar.update(done);
      if (done === total) drop();
    },
  };
}
