import { defineBinary } from "./binary.ts";

export const greater = defineBinary({
  name: "greater",
  summary: "Whether a > b.",
  onnx: "Greater",
  tfjs: "Greater",
  scalar: (a, b) => Number(a > b),
  gradient: undefined,
  result: "bool",
  // Few numbers, so that some are equal.
  domain: { below: 3 },
});
