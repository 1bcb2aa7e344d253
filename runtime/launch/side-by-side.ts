import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { neededBy } from "../run/plan-part.ts";
import type { Run } from "../run/run-plan.ts";
import { isWhole, type Outcome } from "../run/train-plan.ts";
import { isFarEnough, type Work, wholeWork } from "../run/work.ts";
import { threadsVariable } from "../threads/thread-count.ts";
import { StageError } from "../train/stage-error.ts";
import { processMemory } from "./process-memory.ts";
import { stageWord } from "./stage-word.ts";

export interface LocalJobs {
  /** Trains the stage that the last word names (see `stageWord`). */
  readonly command: readonly string[];
  /** How many stages are trained at the same time. */
  readonly jobs: number;
  /** Bytes that their processes may take together; one is trained whatever it takes. */
  readonly memory: number;
  /** Told once of a stage that is not begun for want of memory: what it takes, and what those that run leave. */
  readonly onHeld: (stage: StagePlan, bytes: number, left: number) => void;
}

/**
 * Trains what is not finished, each stage in a process of its own as soon as what it needs is trained, so many at once as there is memory
 * for, which share the processors. A stage that fails stops only what needs it; a signal lets each process end after its step, with a
 * checkpoint.
 */
export async function trainSideBySide(
  run: Run,
  { command, jobs, memory, onHeld }: LocalJobs,
  work: Work = wholeWork(run.plan.stages),
): Promise<Outcome> {
  const { watch, signal } = run.options;
  const waiting = new Map<string, StagePlan>();
  // Data are opened here, and drawn if they are to be, before several processes do.
  for (const stage of work.stages) {
    await run.identityOf(stage);
    if (waiting.has(stage.hash)) continue;
    if (await isWhole(run, stage, work.limits.get(stage.hash))) watch.stageCached(stage);
    else waiting.set(stage.hash, stage);
  }
  const total = work.stages.length;
  const trained = new Set<string>();
  const failed: { readonly stage: StagePlan; readonly problem: Error }[] = [];
  const left: { readonly stage: StagePlan; readonly needs: StagePlan }[] = [];
  const lost = new Set<string>();
  const running = new Map<string, { readonly bytes: number; readonly end: Promise<void> }>();
  const held = new Map<string, number>();
  const threads = String(Math.max(1, Math.floor(availableParallelism() / jobs)));
  const [program = "", ...words] = command;
  const train = async (stage: StagePlan): Promise<void> => {
    const limit = work.limits.get(stage.hash);
    const child = spawn(program, [...words, stageWord(stage, limit)], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, [threadsVariable]: threads },
    });
    const stop = () => child.kill("SIGTERM");
    signal.addEventListener("abort", stop);
    const said = await ended(child);
    signal.removeEventListener("abort", stop);
    if (await isFarEnough(run, stage, limit)) {
      if (await run.isFinished(stage)) trained.add(stage.hash);
      watch.stageStarts(stage, total - waiting.size - running.size + 1, total);
      watch.stageEnds(stage);
    } else if (!signal.aborted) {
      const problem = problemIn(said, stage);
      lost.add(stage.hash);
      failed.push({ stage, problem });
      watch.stageFails(stage, problem);
    }
  };
  for (;;) {
    for (const [hash, stage] of waiting) {
      const needed = neededBy(stage);
      const missing = needed.find((each) => lost.has(each));
      if (missing !== undefined) {
        waiting.delete(hash);
        lost.add(hash);
        left.push({ stage, needs: run.stageOf(missing) });
        continue;
      }
      const ready = needed.every((each) => !waiting.has(each) && !running.has(each));
      if (!ready || running.size >= jobs) continue;
      const bytes = held.get(hash) ?? (await processMemory(run, stage)) ?? 0;
      if (signal.aborted || work.isOver()) continue;
      const room = memory - [...running.values()].reduce((sum, each) => sum + each.bytes, 0);
      if (running.size > 0 && bytes > room) {
        if (!held.has(hash)) onHeld(stage, bytes, room);
        held.set(hash, bytes);
        // Smaller ones that go before it would leave it to the end.
        break;
      }
      waiting.delete(hash);
      running.set(hash, { bytes, end: train(stage).finally(() => running.delete(hash)) });
    }
    if (running.size === 0) break;
    await Promise.race([...running.values()].map(({ end }) => end));
  }
  return { trained, interrupted: signal.aborted, failed, left };
}

/** The end of what a process said on its error output, once it is over. */
function ended(child: ChildProcess): Promise<string> {
  const most = 1 << 16;
  let said = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (text: string) => {
    said = `${said}${text}`.slice(-most);
  });
  return new Promise((resolve) => {
    child.on("error", (problem) => resolve(problem.message));
    child.on("close", () => resolve(said));
  });
}

function problemIn(output: string, { label }: StagePlan): Error {
  const lines = output.trim().split("\n");
  const line = lines.findLast((each) => each.startsWith("error: ")) ?? lines.at(-1) ?? "";
  const [said, own] = [line.replace(/^error: /, ""), `${label}: `];
  const reason = said.startsWith(own) ? said.slice(own.length) : said;
  return new StageError(label, reason === "" ? "its process ended before it was trained, and said nothing" : reason);
}
