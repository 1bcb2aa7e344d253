import { defineBinary } from "./binary.ts";
import * as v from "./vocabulary.ts";

export const minimum = defineBinary({
  name: "minimum",
  summary: "The smaller of two; where they are equal, half the gradient goes to each.",
  onnx: "Min",
  tfjs: "Minimum",
  torch: "torch.minimum",
  scalar: Math.min,
  gradient: (g, a, b, _y, dy) => {
    const half = v.scale(g, dy, 0.5);
    const zero = g.scalar(0);
    const tie = v.where(g, v.equal(g, a, b), half, zero);
    return { a: v.where(g, v.less(g, a, b), dy, tie), b: v.where(g, v.less(g, b, a), dy, tie) };
  },
  domain: "distinct",
});
