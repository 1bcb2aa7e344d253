import { addDims, productOf, sameDim, sameShape } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import { float, sample } from "./sample.ts";
import { atom, binds, call, infix, pythonNumber } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

/** A linear layer with a low-rank adapter (https://arxiv.org/abs/2106.09685, equation 3); as one op, so that an export can merge it into W. */
export const adaptedLinear = defineOp({
  name: "adapted_linear",
  summary: "x Wᵀ + b + scale x Aᵀ Bᵀ over the last axis; A [rank, in] is `down`, B [out, rank] is `up`.",
  inputs: ["x", "weight", "down", "up"],
  optional: ["bias"],
  outputs: ["y"],
  constraints: {
    C1: "an x of at least one axis and a weight of [out, in]",
    C2: "last axis of x = in",
    C3: "a bias of [out]",
    C4: "a down of [rank, in] and an up of [out, rank]",
  },
  infer({ x, weight, down, up, bias }, _: { readonly scale: number }, require) {
    const [out = 1, into = 1] = weight.shape;
    require("C1", x.shape.length >= 1 && weight.shape.length === 2);
    require("C2", sameDim(x.shape.at(-1) ?? -1, into));
    require("C3", bias === undefined || sameShape(bias.shape, [out]));
    const rank = down.shape[0] ?? 1;
    require("C4", sameShape(down.shape, [rank, into]) && sameShape(up.shape, [out, rank]));
    return { y: { dtype: x.dtype, shape: [...x.shape.slice(0, -1), out] } };
  },
  gradient: undefined,
  expand(g, { x, weight, down, up, bias }, { scale }) {
    const added = v.linear(g, v.linear(g, x, down, undefined), up, undefined);
    return { y: v.add(g, v.linear(g, x, weight, bias), v.scale(g, added, scale)) };
  },
  flops: ({ x, down, bias }, { y }) => {
    const [into, out, rank] = [x.shape.at(-1) ?? 1, y.shape.at(-1) ?? 1, down.shape[0] ?? 1];
    const rows = productOf(x.shape.slice(0, -1));
    const products = [
      productOf([2, rows, into, out]),
      productOf([2, rows, into, rank]),
      productOf([2, rows, rank, out]),
    ];
    const scaledAndAdded = productOf([bias === undefined ? 2 : 3, ...y.shape]);
    return products.reduce(addDims, scaledAndAdded);
  },
  torch(_w, { x, weight, down, up, bias }, { scale }) {
    const added = call("F.linear", call("F.linear", x, down), up);
    const scaled = infix(atom(pythonNumber(scale)), "*", added, binds.product);
    return infix(call("F.linear", x, weight, bias), "+", scaled, binds.sum);
  },
  samples: [
    sample([float([2, 3]), float([4, 3]), float([2, 3]), float([4, 2]), float([4])], { scale: 0.5 }),
    sample([float([2, 5, 3]), float([4, 3]), float([1, 3]), float([4, 1])], { scale: 2 }),
  ],
  rejects: {
    C1: sample([float([2, 3]), float([3]), float([2, 3]), float([4, 2])], { scale: 1 }),
    C2: sample([float([2, 3]), float([4, 2]), float([2, 2]), float([4, 2])], { scale: 1 }),
    C3: sample([float([2, 3]), float([4, 3]), float([2, 3]), float([4, 2]), float([3])], { scale: 1 }),
    C4: sample([float([2, 3]), float([4, 3]), float([2, 3]), float([4, 1])], { scale: 1 }),
  },
});
