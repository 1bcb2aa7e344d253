import { defineBinary } from "./binary.ts";
import { binds } from "./torch-text.ts";

export const lessOrEqual = defineBinary({
  name: "less_or_equal",
  summary: "Whether a <= b.",
  onnx: "LessOrEqual",
  tfjs: "LessEqual",
  torch: ["<=", binds.comparison],
  scalar: (a, b) => Number(a <= b),
  gradient: undefined,
  result: "bool",
  // Few numbers, so that some are equal.
  domain: { below: 3 },
});
