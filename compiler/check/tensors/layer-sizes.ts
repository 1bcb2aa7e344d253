/** What layers share: sizes that their weights have, how these start, and the fixed rank of ops. */
import { type Dim, productOf } from "../../ir/dim.ts";
import type { Value } from "../../ir/graph.ts";
import type { Initialiser } from "../../lower/plan.ts";
import * as v from "../../ops/vocabulary.ts";
import type { Args, Use } from "../tensor-function.ts";
import type { TensorThing } from "../things.ts";
import { optionalNumber } from "./arguments.ts";
import { wireAxis } from "./axes.ts";

export const zero: Initialiser = { kind: "constant", value: 0 };
export const one: Initialiser = { kind: "constant", value: 1 };
/** As PyTorch starts its layers: uniform within ± 1 / √(inputs of one output). */
export const uniform = (inputs: number): Initialiser => ({
  kind: "uniform",
  bound: 1 / Math.sqrt(Math.max(1, inputs)),
});

/** A size that weights depend on must be a number. */
export function fixed(use: Use, x: TensorThing, name: string): number {
  const size = x.wire.type.shape[wireAxis(use, x, name)];
  return typeof size === "number" ? size : use.refuse("size-unknown", { axis: name });
}

export function widthOf(use: Use, args: Args, name: string): number {
  const out = optionalNumber(args, name) ?? use.expected;
  if (out === undefined) return use.refuse("expected-size", { callee: use.name, name });
  if (out < 1) return use.refuse("out-of-range", { what: `\`${name}\``, expected: "at least 1", actual: out });
  return out;
}

export function ungrouped(use: Use, groups: number, channels: number, out: number): never {
  const reason = `${groups} groups do not divide ${channels} inputs and ${out} outputs`;
  return use.refuse("op-refuses", { callee: `\`${use.name}\``, reason });
}

/** The tensor as [everything before, ..the last axes], so that an op of fixed rank fits; and how to undo it. */
export function folded(
  use: Use,
  x: TensorThing,
  keep: number,
): { readonly wire: Value; readonly lead: readonly Dim[] } {
  const { shape: dims } = x.wire.type;
  const lead = dims.slice(0, dims.length - keep);
  return { wire: v.reshape(use.g, x.wire, [productOf(lead), ...dims.slice(dims.length - keep)]), lead };
}

export function unfolded(use: Use, wire: Value, lead: readonly Dim[]): Value {
  return v.reshape(use.g, wire, [...lead, ...wire.type.shape.slice(1)]);
}
