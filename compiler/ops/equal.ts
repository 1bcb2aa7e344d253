import { defineBinary } from "./binary.ts";

export const equal = defineBinary({
  name: "equal",
  summary: "Whether a == b.",
  onnx: "Equal",
  tfjs: "Equal",
  scalar: (a, b) => Number(a === b),
  gradient: undefined,
  result: "bool",
  // Few numbers, so that some are equal.
  domain: { below: 3 },
});
