import { defineBinary } from "./binary.ts";
import * as v from "./vocabulary.ts";

export const subtract = defineBinary({
  name: "subtract",
  summary: "a - b.",
  onnx: "Sub",
  tfjs: "Sub",
  scalar: (a, b) => a - b,
  gradient: (g, _a, _b, _y, dy) => ({ a: dy, b: v.negate(g, dy) }),
});
