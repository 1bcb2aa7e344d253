import { defineBinary } from "./binary.ts";
import { binds } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const subtract = defineBinary({
  name: "subtract",
  summary: "a - b.",
  onnx: "Sub",
  tfjs: "Sub",
  torch: ["-", binds.sum, 0],
  scalar: (a, b) => a - b,
  gradient: (g, _a, _b, _y, dy) => ({ a: dy, b: v.negate(g, dy) }),
});
