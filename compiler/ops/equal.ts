import { defineBinary } from "./binary.ts";
import { binds } from "./torch-text.ts";

export const equal = defineBinary({
  name: "equal",
  summary: "Whether a == b.",
  onnx: "Equal",
  tfjs: "Equal",
  torch: ["==", binds.comparison],
  scalar: (a, b) => Number(a === b),
  gradient: undefined,
  result: "bool",
  // Few numbers, so that some are equal.
  domain: { below: 3 },
});
