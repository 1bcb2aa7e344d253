import { defineBinary } from "./binary.ts";
import { binds } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const multiply = defineBinary({
  name: "multiply",
  summary: "a b.",
  onnx: "Mul",
  tfjs: "Multiply",
  torch: ["*", binds.product, 1],
  scalar: (a, b) => a * b,
  gradient: (g, a, b, _y, dy) => ({ a: v.multiply(g, dy, b), b: v.multiply(g, dy, a) }),
});
