import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { AlteredFile } from "../checkpoints/sealed.ts";
import { DataError } from "../data/data-error.ts";
import { readProgress } from "../train/checkpoint.ts";
import { keptBy, keptFile, stageFiles } from "../train/stage-files.ts";
import type { Run } from "./run-plan.ts";

/** How far a stage is in a run's folder. */
export type StageStatus =
  | { readonly kind: "trained" | "begun"; readonly steps: number }
  /** Nothing of it is there. */
  | { readonly kind: "new" }
  /** It was trained on annotations, or on results of other stages, that are not those of now. */
  | { readonly kind: "other data" }
  /** Its files are not as they were written. */
  | { readonly kind: "altered"; readonly reason: string };

/** Reads it from the stage's folder. Where the data cannot be opened, they are taken to be those that the stage was trained on. */
export async function statusOf(run: Run, stage: StagePlan): Promise<StageStatus> {
  const folder = run.options.folder.stage(stage);
  try {
    const progress = readProgress(join(folder, stageFiles.last));
    if (progress === undefined) return { kind: "new" };
    if (progress.identity !== (await identityOrUnknown(run, stage, progress.identity))) return { kind: "other data" };
    if (!progress.finished) return { kind: "begun", steps: progress.step };
    const gone = [...keptBy(stage).keys()].map(keptFile).find((file) => !existsSync(join(folder, file)));
    if (gone === undefined) return { kind: "trained", steps: progress.step };
    return { kind: "altered", reason: `${gone} is gone` };
  } catch (problem) {
    if (problem instanceof AlteredFile) return { kind: "altered", reason: problem.message };
    throw problem;
  }
}

async function identityOrUnknown(run: Run, stage: StagePlan, known: string): Promise<string> {
  try {
    return await run.identityOf(stage);
  } catch (problem) {
    if (problem instanceof DataError) return known;
    throw problem;
  }
}
