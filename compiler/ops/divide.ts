import { defineBinary } from "./binary.ts";
import { binds } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const divide = defineBinary({
  name: "divide",
  summary: "a / b.",
  onnx: "Div",
  tfjs: "RealDiv",
  torch: ["/", binds.product, 1],
  scalar: (a, b) => a / b,
  // da = dy / b, db = -dy y / b
  gradient: (g, _a, b, y, dy) => {
    const da = v.divide(g, dy, b);
    return { a: da, b: v.negate(g, v.multiply(g, da, y)) };
  },
  domain: "positive",
});
