import type { Value } from "../../ir/graph.ts";
import type { Initialiser } from "../../lower/plan.ts";
import * as v from "../../ops/vocabulary.ts";
import type { Use } from "../tensor-function.ts";

const zero: Initialiser = { kind: "constant", value: 0 };
const even = (inputs: number): Initialiser => ({ kind: "uniform", bound: 1 / Math.sqrt(inputs) });

/** x Wᵀ + b with what `adapt` adds to this layer, which begins as 0: the second of its two products does. */
export function adaptedLinear(use: Use, x: Value, weight: Value, bias: Value | undefined): Value {
  const { adapter, g } = use;
  if (adapter === undefined) return v.linear(g, x, weight, bias);
  const [out = 1, into = 1] = weight.type.shape.filter((size) => typeof size === "number");
  if (adapter.of.kind === "lora") {
    const { rank, scale } = adapter.of;
    const down = adapter.parameter("down", [rank, into], even(into));
    const up = adapter.parameter("up", [out, rank], zero);
    return v.at(g.apply("adapted_linear", [x, weight, down, up, bias], { scale }), 0);
  }
  const { width, act } = adapter.of;
  const y = v.linear(g, x, weight, bias);
  const layer = (name: string, outputs: number, inputs: number, from: Initialiser, of: Value): Value =>
    v.linear(
      g,
      of,
      adapter.parameter(`${name}.weight`, [outputs, inputs], from),
      adapter.parameter(`${name}.bias`, [outputs], zero),
    );
  const narrow = layer("down", width, out, even(out), y);
  return v.add(g, y, layer("up", out, width, zero, act === "relu" ? v.relu(g, narrow) : v.gelu(g, narrow)));
}
