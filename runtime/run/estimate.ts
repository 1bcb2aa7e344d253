import { existsSync } from "node:fs";
import { join } from "node:path";
import { optimisers } from "../../compiler/library/optimisers/index.ts";
import { widthOf } from "../../compiler/library/task.ts";
import { weightCount } from "../../compiler/lower/describe-plan.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { clipWindows } from "../data/clips/clip-windows.ts";
import { DataError } from "../data/data-error.ts";
import type { OpenData, Part } from "../data/open-data.ts";
import { subTable } from "../data/sub-table.ts";
import { fileFlops } from "../networks/file-flops.ts";
import type { NetworkPass } from "../networks/network-store.ts";
import { eventFileName, timesIn } from "../report/event-file.ts";
import { chosenRows } from "../train/chosen-rows.ts";
import { calendarOf } from "../train/schedule-value.ts";
import { keptBy } from "../train/stage-files.ts";
import type { Run } from "./run-plan.ts";

/** What training some stages of a run takes. */
export interface Estimate {
  readonly steps: number;
  /** By how long those took that are trained; undefined where none is, or only in no time. */
  readonly seconds: number | undefined;
  /** Files of networks whose outputs are to be computed too, in a time that is not known: it is not in `seconds`. */
  readonly untimed: readonly string[];
  /** Weights, checkpoints, and what is stored for other stages and for scores. */
  readonly bytes: number;
}

/**
 * Estimates what is to do from the data, and from the work and the times of what is trained. `workOf` gives a stage's floating-point
 * operations for one frame, forwards. Undefined where the data cannot be opened, or a training ends by the clock.
 */
export async function estimateOf(
  run: Run,
  todo: readonly StagePlan[],
  workOf: (stage: StagePlan) => number,
): Promise<Estimate | undefined> {
  let [steps, bytes, work, known, seconds] = [0, 0, 0, 0, 0];
  const passes = new Map<string, NetworkPass>();
  try {
    for (const stage of run.plan.stages) {
      const data = await run.dataOf(stage.data);
      const all = stepsIn(stage, data);
      const own = all === undefined ? undefined : all - ((await run.progressOf(stage))?.step ?? 0);
      const each = (1 + backward) * workOf(stage) * stage.batch * (stage.clip?.length ?? 1);
      if (todo.includes(stage)) {
        if (own === undefined) return undefined;
        steps += own;
        work += own * each;
        bytes += bytesOf(stage, data) + (await readBytes(run, stage));
        for (const pass of await run.networkPasses(stage)) if (!existsSync(pass.path)) passes.set(pass.identity, pass);
      } else {
        const times = timesIn(join(run.options.folder.stage(stage), eventFileName));
        known += times.steps * each;
        seconds += times.seconds;
      }
    }
  } catch (problem) {
    if (problem instanceof DataError) return undefined;
    throw problem;
  }
  const untimed = new Set<string>();
  for (const { use, stage, data, part } of passes.values()) {
    const rows = rowsOf(data, part);
    bytes += float * rows * use.outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const [picture] = stage.graphs.picture(use.path).outputs;
    const flops = fileFlops(use.file, picture?.value.type.shape.slice(-3).map(Number) ?? []);
    if (flops === undefined) untimed.add(use.file);
    else work += flops * rows;
  }
  return {
    steps,
    bytes,
    untimed: [...untimed],
    seconds: known === 0 || seconds === 0 ? undefined : (work * seconds) / known,
  };
}

/** What backpropagation takes, in forward passes. */
const backward = 2;

function stepsIn(stage: StagePlan, { parts, starts }: OpenData): number | undefined {
  const whole = parts.get("train");
  // Of several data sets, a pass over the first is an epoch.
  const second = starts?.get("train")?.[1] ?? Number.POSITIVE_INFINITY;
  const table = whole === undefined || stage.blend === undefined ? whole : subTable(whole, (row) => row < second);
  // How many rows labels that are filled in make valid is known when they are.
  if (table === undefined || stage.duration.unit === "hours" || stage.fills.length > 0) return undefined;
  const rows = chosenRows(table, stage.rows);
  const windows = stage.clip === undefined ? rows.length : clipWindows(table, stage.clip, rows).count;
  return calendarOf(stage, Math.ceil(windows / stage.batch)).totalSteps;
}

const float = 4;

/** What others read of a stage, for every row of their data. */
async function readBytes(run: Run, stage: StagePlan): Promise<number> {
  let bytes = 0;
  for (const { use, over, part } of run.readBy(stage))
    bytes += float * sizeOf(use.shape) * rowsOf(await run.dataOf(over.data), part);
  return bytes;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

function rowsOf({ parts }: OpenData, part: Part): number {
  return parts.get(part)?.rows ?? 0;
}

function bytesOf(stage: StagePlan, data: OpenData): number {
  const [all, trained, states] = [
    stage.parameters,
    stage.parameters.filter(({ group }) => group !== undefined),
    stage.states,
  ].map(weightCount);
  const remembered = 1 + optimisers[stage.optimiser.name].slots.length + (stage.ema === undefined ? 0 : 1);
  const heads = stage.tasks.reduce((sum, { meaning }) => sum + widthOf(meaning), 0);
  const kept = keptBy(stage).size * ((all ?? 0) + (states ?? 0));
  const last = remembered * (trained ?? 0) + (states ?? 0);
  return float * (kept + last + heads * rowsOf(data, "val"));
}
