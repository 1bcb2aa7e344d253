import { addDims, type Dim } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { outputSizes, sizeOf } from "./tfjs-kit.ts";
import { call, tuple } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export const pad = defineOp({
  name: "pad",
  summary: "Zeros before and after the entries of one axis.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "an axis of x, and amounts that are not negative" },
  infer({ x }, { axis, amounts }: { axis: number; amounts: readonly Dim[] }, require) {
    require("C1", axis < x.shape.length && amounts.every((amount) => typeof amount !== "number" || amount >= 0));
    const added = amounts.reduce((sum, amount) => addDims(sum, amount), 0);
    return { y: { dtype: x.dtype, shape: x.shape.map((dim, i) => (i === axis ? addDims(dim, added) : dim)) } };
  },
  gradient(g, { inputs: { x }, d, attributes: { axis, amounts } }) {
    const before = amounts[0] ?? 0;
    return { x: d.y && v.slice(g, d.y, axis, before, addDims(before, x.type.shape[axis] ?? 0)) };
  },
  onnx(w, { x }, { axis, amounts }) {
    const none = x.type.shape.map((): Dim => 0);
    const [before = 0, after = 0] = amounts;
    return { y: w.node("Pad", [x.name, w.sizes([...none.with(axis, before), ...none.with(axis, after)])]) };
  },
  // WebAssembly's kernel does nothing above six axes: here there are never more than three.
  tfjs(k, { x }, { axis, amounts: [before = 0, after = 0] }, node) {
    const flat = [sizeOf(x.shape.slice(0, axis)), x.shape[axis] ?? 1, sizeOf(x.shape.slice(axis + 1))];
    const paddings: readonly (readonly [number, number])[] = [
      [0, 0],
      [Number(before), Number(after)],
      [0, 0],
    ];
    const y = k.kernel("PadV2", { x: k.reshape(x, flat) }, { paddings, constantValue: 0 });
    return { y: k.reshape(y, outputSizes(node)) };
  },
  flops: movesOnly,
  torch(w, { x }, { axis, amounts }) {
    const after = x.type.shape.slice(axis + 1).flatMap(() => ["0", "0"]);
    return call("F.pad", x, tuple([...after, ...amounts.map(w.size)]));
  },
  samples: [
    sample([float([2, 3])], { axis: 1, amounts: [1, 2] }),
    sample([float([2, 3])], { axis: 0, amounts: [0, 1] }),
  ],
  rejects: { C1: sample([float([2])], { axis: 1, amounts: [1, 1] }) },
});
