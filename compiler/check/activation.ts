import type { GraphBuilder } from "../ir/builder.ts";
import type { Value } from "../ir/graph.ts";
import * as v from "../ops/vocabulary.ts";
import type { TaskThing } from "./things.ts";

/** A head's output: sigmoid for units, softmax for classes, tanh scaled to the range of a bounded scalar. */
export function activated(g: GraphBuilder, task: TaskThing, logits: Value): Value {
  switch (task.activation) {
    case "sigmoid":
      return v.sigmoid(g, logits);
    case "softmax":
      return v.softmax(g, logits, logits.type.shape.length - 1);
    case "tanh": {
      if (task.meaning.kind !== "scalar") return logits;
      const { min, max } = task.meaning;
      return v.shift(g, v.scale(g, v.tanh(g, logits), (max - min) / 2), (max + min) / 2);
    }
    case "none":
      return logits;
  }
}
