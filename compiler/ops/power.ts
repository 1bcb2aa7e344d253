import { defineBinary } from "./binary.ts";
import * as v from "./vocabulary.ts";

export const power = defineBinary({
  name: "power",
  summary: "a to the power of b.",
  onnx: "Pow",
  tfjs: "Pow",
  torch: "torch.pow",
  scalar: Math.pow,
  // da = dy b a^(b-1), db = dy y log a
  gradient: (g, a, b, y, dy) => ({
    a: v.multiply(g, dy, v.multiply(g, b, v.power(g, a, v.shift(g, b, -1)))),
    b: v.multiply(g, dy, v.multiply(g, y, v.log(g, a))),
  }),
  domain: "positive",
});
