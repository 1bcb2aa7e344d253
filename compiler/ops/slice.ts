import { type Dim, sameDim, subtractDims } from "../ir/dim.ts";
import { defineOp } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import { float, sample } from "./sample.ts";
import { outputSizes } from "./tfjs-kit.ts";
import { indexed } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

/** ONNX counts this end as "to the last entry". */
const toTheEnd = 2 ** 62;

export const slice = defineOp({
  name: "slice",
  summary: "Entries start to end (not included) of one axis.",
  inputs: ["x"],
  outputs: ["y"],
  constraints: { C1: "bounds within the axis" },
  infer({ x }, { axis, bounds }: { axis: number; bounds: readonly Dim[] }, require) {
    const [start = 0, end = 0] = bounds;
    const size = x.shape[axis];
    const inside =
      size !== undefined &&
      (typeof start !== "number" || start >= 0) &&
      (typeof start !== "number" || typeof end !== "number" || start < end) &&
      (typeof size !== "number" || typeof end !== "number" || end <= size);
    require("C1", inside);
    return { y: { dtype: x.dtype, shape: x.shape.map((dim, i) => (i === axis ? subtractDims(end, start) : dim)) } };
  },
  gradient(g, { inputs: { x }, d, attributes: { axis, bounds } }) {
    const [start = 0, end = 0] = bounds;
    return { x: d.y && v.pad(g, d.y, axis, start, subtractDims(x.type.shape[axis] ?? 0, end)) };
  },
  onnx(w, { x }, { axis, bounds }) {
    const [start = 0, end = 0] = bounds;
    const last = sameDim(end, x.type.shape[axis] ?? -1) ? w.integers([toTheEnd]) : w.sizes([end]);
    return { y: w.node("Slice", [x.name, w.sizes([start]), last, w.integers([axis])]) };
  },
  tfjs: (k, { x }, { axis, bounds: [start = 0] }, node) => ({
    y: k.kernel(
      "Slice",
      { x },
      { begin: x.shape.map((_, i) => (i === axis ? Number(start) : 0)), size: outputSizes(node) },
    ),
  }),
  flops: movesOnly,
  torch(w, { x }, { axis, bounds }) {
    const [start = 0, end = 0] = bounds;
    const all = x.type.shape.slice(0, axis).map(() => ":");
    const from = start === 0 ? "" : w.size(start);
    const to = sameDim(end, x.type.shape[axis] ?? -1) ? "" : w.size(end);
    return indexed(x, [...all, `${from}:${to}`].join(", "));
  },
  samples: [sample([float([4, 5])], { axis: 1, bounds: [1, 3] }), sample([float([4, 5])], { axis: 0, bounds: [2, 4] })],
  rejects: { C1: sample([float([4])], { axis: 0, bounds: [2, 6] }) },
});
