import { defineBinary } from "./binary.ts";
import { binds } from "./torch-text.ts";

export const less = defineBinary({
  name: "less",
  summary: "Whether a < b.",
  onnx: "Less",
  tfjs: "Less",
  torch: ["<", binds.comparison],
  scalar: (a, b) => Number(a < b),
  gradient: undefined,
  result: "bool",
  // Few numbers, so that some are equal.
  domain: { below: 3 },
});
