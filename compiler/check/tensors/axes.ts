import { printDim } from "../../ir/dim.ts";
import { ConstraintFailure } from "../../ops/op.ts";
import * as v from "../../ops/vocabulary.ts";
import type { Use } from "../tensor-function.ts";
import { dimsOf, type TensorThing } from "../things.ts";

/** Where an axis stands among the wire's. */
export function wireAxis(use: Use, x: TensorThing, name: string): number {
  if (name === "time") use.overTime();
  return indexOf(use, x, name);
}

function indexOf(use: Use, x: TensorThing, name: string): number {
  const i = x.axes.indexOf(name);
  if (i < 0) return use.refuse("unknown-axis", { axis: plain(name), shape: axesText(x) });
  return x.batched ? i + 1 : i;
}

/** The last axis, which an op without an axis name works on. */
export function lastAxis(use: Use, x: TensorThing): string {
  const name = x.axes.at(-1);
  return name ?? use.refuse("op-refuses", { callee: `\`${use.name}\``, reason: "the tensor has no axis" });
}

/** A carried axis is marked inside modules; people know it without the mark. */
export function plain(name: string): string {
  return name.replaceAll("^", "");
}

export function axesText(x: TensorThing): string {
  return `[${x.axes.map((name, i) => `${plain(name)}: ${printDim(dimsOf(x)[i] ?? 0)}`).join(", ")}]`;
}

/** What a shape rule of an op refuses is the user's mistake at this call. */
export function constrained<T>(use: Use, make: () => T): T {
  try {
    return make();
  } catch (problem) {
    if (!(problem instanceof ConstraintFailure)) throw problem;
    return use.refuse("op-refuses", {
      callee: `\`${use.name}\``,
      reason: `it needs ${problem.constraint}, but ${problem.actual}`,
    });
  }
}

/** The tensor with its axes in another order, which by itself is no work over any of them. */
export function ordered(use: Use, x: TensorThing, names: readonly string[]): TensorThing {
  const order = names.map((name) => indexOf(use, x, name));
  return { ...x, wire: v.transpose(use.g, x.wire, x.batched ? [0, ...order] : order), axes: names };
}
