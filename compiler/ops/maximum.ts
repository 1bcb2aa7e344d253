import { defineBinary } from "./binary.ts";
import * as v from "./vocabulary.ts";

export const maximum = defineBinary({
  name: "maximum",
  summary: "The larger of two; where they are equal, half the gradient goes to each.",
  onnx: "Max",
  tfjs: "Maximum",
  torch: "torch.maximum",
  scalar: Math.max,
  gradient: (g, a, b, _y, dy) => {
    const half = v.scale(g, dy, 0.5);
    const zero = g.scalar(0);
    const tie = v.where(g, v.equal(g, a, b), half, zero);
    return { a: v.where(g, v.greater(g, a, b), dy, tie), b: v.where(g, v.greater(g, b, a), dy, tie) };
  },
  domain: "distinct",
});
