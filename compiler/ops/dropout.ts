import type { Dim } from "../ir/dim.ts";
import { sameShape } from "../ir/dim.ts";
import { broadcastShapes } from "./broadcasting.ts";
import { defineOp } from "./define-op.ts";
import { perEntry } from "./flops.ts";
import { seedLimit } from "./random-uniform.ts";
import { float, type SampleInput, sample } from "./sample.ts";
import { call, pythonNumber, tuple } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

type Draw = { rate: number; stream: number; shape: readonly Dim[] };

const seed: SampleInput = { dtype: "int32", shape: [2], domain: { below: seedLimit } };

export const dropout = defineOp({
  name: "dropout",
  summary:
    "Entries set to 0 with probability `rate`, the others divided by 1 - rate; one draw for each entry of `shape`. Nothing in evaluation.",
  inputs: ["x", "seed"],
  outputs: ["y"],
  constraints: { C1: "a shape of draws that broadcasts to x", C2: "a rate of at least 0 and below 1" },
  infer({ x }, { rate, shape }: Draw, require) {
    const common = broadcastShapes(shape, x.shape);
    require("C1", common !== undefined && sameShape(common, x.shape));
    require("C2", rate >= 0 && rate < 1, () => `the rate is ${rate}`);
    return { y: x };
  },
  gradient: undefined,
  expand(g, inputs, { rate, stream, shape }) {
    if (rate === 0) return { y: inputs.x };
    const kept = v.greaterOrEqual(g, v.randomUniform(g, inputs.seed, shape, stream), g.scalar(rate));
    return { y: v.where(g, kept, v.scale(g, inputs.x, 1 / (1 - rate)), g.scalar(0)) };
  },
  evaluation: (_g, { x }) => ({ y: x }),
  // A comparison and a product.
  flops: ({ x }) => perEntry(x, 2),
  torch(w, { x, seed: random }, { rate, stream, shape }) {
    const draws = sameShape(shape, x.type.shape) ? [] : [tuple(shape.map(w.size))];
    return call("dropout", x, pythonNumber(rate), random, w.stream(stream), "self.training", ...draws);
  },
  samples: [
    sample([float([4, 6]), seed], { rate: 0.3, stream: 1, shape: [4, 6] }),
    sample([float([4, 3, 2]), seed], { rate: 0.5, stream: 2, shape: [4, 1, 1] }),
    sample([float([2]), seed], { rate: 0, stream: 3, shape: [2] }),
  ],
  rejects: {
    C1: sample([float([2]), seed], { rate: 0.1, stream: 0, shape: [3] }),
    C2: sample([float([2]), seed], { rate: 1, stream: 0, shape: [2] }),
  },
});
