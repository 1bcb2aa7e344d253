import { defineBinary } from "./binary.ts";

export const greater = defineBinary({
  name: "greater",
  summary: "Whether a > b.",
  onnx: "Greater",
  scalar: (a, b) => Number(a > b),
  gradient: undefined,
  result: "bool",
  domain: "distinct",
});
