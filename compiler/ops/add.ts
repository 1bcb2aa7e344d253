import { defineBinary } from "./binary.ts";

export const add = defineBinary({
  name: "add",
  summary: "a + b.",
  onnx: "Add",
  tfjs: "Add",
  scalar: (a, b) => a + b,
  gradient: (_g, _a, _b, _y, dy) => ({ a: dy, b: dy }),
});
