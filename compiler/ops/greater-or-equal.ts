import { defineBinary } from "./binary.ts";
import { binds } from "./torch-text.ts";

export const greaterOrEqual = defineBinary({
  name: "greater_or_equal",
  summary: "Whether a >= b.",
  onnx: "GreaterOrEqual",
  tfjs: "GreaterEqual",
  torch: [">=", binds.comparison],
  scalar: (a, b) => Number(a >= b),
  gradient: undefined,
  result: "bool",
  // Few numbers, so that some are equal.
  domain: { below: 3 },
});
