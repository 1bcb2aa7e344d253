import { inputsOf } from "../compiler/ir/graph.ts";
import type { StagePlan } from "../compiler/lower/plan.ts";
import { uniform } from "../runtime/data/loader/random.ts";
import type { Tensor, Tensors } from "../runtime/engines/engine.ts";

/** Numbers for everything that a stage's training graph is fed beside its weights; all labels are there. */
export function randomFeeds(stage: StagePlan): Tensors {
  const graph = stage.graphs.training({ batch: stage.batch, time: stage.clip?.length });
  const feeds = new Map<string, Tensor>();
  for (const { source, type } of inputsOf(graph)) {
    if (source.role === "parameter" || source.role === "state") continue;
    const shape = type.shape.map(Number);
    const count = shape.reduce((product, dim) => product * dim, 1);
    const draw = (i: number) => uniform(7, source.name.length, i);
    if (source.role === "seed") feeds.set(source.name, { dtype: "int32", shape, data: Int32Array.of(1, 2) });
    else if (type.dtype === "uint8") {
      feeds.set(source.name, {
        dtype: "uint8",
        shape,
        data: Uint8Array.from({ length: count }, (_, i) => Math.floor(256 * draw(i))),
      });
    } else {
      const value = (i: number) => {
        if (source.role === "mask" || source.role === "present") return 1;
        if (source.name === "expr.label") return Number(i % 8 === Math.floor(i / 8) % 8);
        return source.name === "au.label" ? Number(draw(i) < 0.3) : 2 * draw(i) - 1;
      };
      feeds.set(source.name, {
        dtype: "float32",
        shape,
        data: Float32Array.from({ length: count }, (_, i) => value(i)),
      });
    }
  }
  return feeds;
}
