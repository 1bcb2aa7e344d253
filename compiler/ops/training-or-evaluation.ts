import { sameShape } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { binds, inside } from "./torch-text.ts";

export const trainingOrEvaluation = defineOp({
  name: "training_or_evaluation",
  summary: "`training` in a training graph, `evaluation` in all others.",
  inputs: ["training", "evaluation"],
  outputs: ["y"],
  constraints: { C1: "two tensors of one shape" },
  infer({ training, evaluation }, _, require) {
    require("C1", training.dtype === evaluation.dtype && sameShape(training.shape, evaluation.shape));
    return { y: training };
  },
  gradient: undefined,
  expand: (_g, { training }) => ({ y: training }),
  evaluation: (_g, { evaluation }) => ({ y: evaluation }),
  flops: movesOnly,
  torch: (_w, { training, evaluation }) => ({
    text: `${inside(training, binds.comparison)} if self.training else ${inside(evaluation, binds.choice)}`,
    binds: binds.choice,
  }),
  samples: [sample([float([2]), float([2])])],
  rejects: { C1: sample([float([2]), float([3])]) },
});
