import type { CheckedStage } from "../check/check-stage.ts";
import { featureGraph, forwardGraph } from "../lower/graphs.ts";
import type { PlannedStage } from "../lower/make-plan.ts";
import type { ClipPlan } from "../lower/plan.ts";
import { dividedBy, type Flops, flopsOf, type Sizes } from "./flops.ts";

/** A clip as long as the stage's own; a whole video has no length of its own, and what is counted is one of a single frame. */
function clipSizes(clip: ClipPlan | undefined): { readonly sizes: Sizes; readonly frames: number } {
  const frames = clip?.length ?? 1;
  return {
    frames,
    sizes: new Map([
      ["batch", 1],
      ["time", frames],
    ]),
  };
}

/** A frame's way from the fields and features that a stage reads to its heads, in evaluation. Of a model without heads, to its loss. */
export function forwardFlops(checked: CheckedStage): Flops {
  const { sizes, frames } = clipSizes(checked.built.model.clip);
  return dividedBy(flopsOf(forwardGraph(checked), sizes), frames);
}

/** A network of an ONNX file that a stage reads: its weights, and what one frame takes, as far as its file tells. */
export interface NetworkCost {
  readonly path: string;
  readonly file: string;
  readonly weights: number | null;
  readonly flops: number | null;
}

/** What a network's file takes for one picture [c, h, w]; undefined where that is not known. */
export type NetworkFlops = (file: string, picture: readonly number[]) => number | undefined;

export function networkCosts(
  { built: { model } }: CheckedStage,
  flopsOfFile: NetworkFlops = () => undefined,
): readonly NetworkCost[] {
  return [...model.networks.values()].map(({ path, file, weights, picture }) => ({
    path,
    file,
    weights: weights ?? null,
    flops: flopsOfFile(file, picture.type.shape.slice(-3).map(Number)) ?? null,
  }));
}

/** What the features that a stage reads take for a frame, those that they read in turn included, each once. */
export function featureFlops(planned: PlannedStage, find: (hash: string) => PlannedStage | undefined): number {
  const counted = new Map<string, number>();
  const add = ({ plan }: PlannedStage): void => {
    for (const { stage, tensor } of plan.features) {
      const key = `${stage} ${tensor}`;
      const producer = counted.has(key) ? undefined : find(stage);
      if (producer === undefined) continue;
      const { sizes, frames } = clipSizes(producer.plan.clip);
      counted.set(key, flopsOf(featureGraph(producer.checked, tensor), sizes).total / frames);
      add(producer);
    }
  };
  add(planned);
  return [...counted.values()].reduce((sum, count) => sum + count, 0);
}
