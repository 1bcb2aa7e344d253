import { defineBinary } from "./binary.ts";
import { binds } from "./torch-text.ts";

export const add = defineBinary({
  name: "add",
  summary: "a + b.",
  onnx: "Add",
  tfjs: "Add",
  torch: ["+", binds.sum, 0],
  scalar: (a, b) => a + b,
  gradient: (_g, _a, _b, _y, dy) => ({ a: dy, b: dy }),
});
