import { defineBinary } from "./binary.ts";
import { binds } from "./torch-text.ts";

export const greater = defineBinary({
  name: "greater",
  summary: "Whether a > b.",
  onnx: "Greater",
  tfjs: "Greater",
  torch: [">", binds.comparison],
  scalar: (a, b) => Number(a > b),
  gradient: undefined,
  result: "bool",
  // Few numbers, so that some are equal.
  domain: { below: 3 },
});
