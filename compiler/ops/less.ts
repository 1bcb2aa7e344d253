import { defineBinary } from "./binary.ts";

export const less = defineBinary({
  name: "less",
  summary: "Whether a < b.",
  onnx: "Less",
  tfjs: "Less",
  scalar: (a, b) => Number(a < b),
  gradient: undefined,
  result: "bool",
  // Few numbers, so that some are equal.
  domain: { below: 3 },
});
