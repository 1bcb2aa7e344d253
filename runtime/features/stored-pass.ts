import { join } from "node:path";
import type { Graph } from "../../compiler/ir/graph.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { Part } from "../data/open-data.ts";
import type { Run } from "../run/run-plan.ts";
import { type PartResults, runOverPart } from "../train/run-graph.ts";
import { keptPass } from "./kept-pass.ts";

/** A pass of a finished stage's graph over a part of its data. */
export interface StagePass {
  readonly stage: StagePlan;
  /** Which of its checkpoints. */
  readonly checkpoint: string;
  readonly part: Part;
  /** Below the stage's folder. */
  readonly file: string;
  /** What tells the graph from others of the stage. */
  readonly made: string;
  readonly graph: () => Graph;
  /** Versions of the frames whose results' mean is meant, where they are not seen as they are. */
  readonly versions?: StagePlan["evaluate"]["tta"];
}

/**
 * The results of a pass, computed once and kept in the stage's folder with where they come from. What is kept of another stage, of other
 * data, or not as it was written, is made again.
 */
export async function storedPass(run: Run, pass: StagePass): Promise<PartResults> {
  const { stage, part } = pass;
  const { options } = run;
  const data = await run.dataOf(stage.data);
  const list = part === "test" ? ` ${data.listIdentity}` : "";
  const elsewhere = stage === run.stageOf(stage.hash) ? "" : ` ${data.identity}`;
  return keptPass(run, {
    stage,
    data,
    part,
    path: join(options.folder.stage(stage), pass.file),
    identity: `${await run.identityOf(stage)} ${pass.made}${list}${elsewhere}`,
    metadata: { stage: stage.label, merge: stage.evaluate.merge },
    make: async () =>
      runOverPart(
        stage,
        pass.graph(),
        {
          engine: options.engine,
          weights: run.keptOf(stage.hash, pass.checkpoint),
          inputs: await run.inputsOf(stage, [part]),
        },
        part,
        pass.versions,
      ),
  });
}
