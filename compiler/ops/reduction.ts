import type { GraphBuilder } from "../ir/builder.ts";
import type { Dim } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import { entriesOf } from "./flops.ts";
import type { Op } from "./op.ts";
import { type Domain, float, integers, sample } from "./sample.ts";
import type { Reduction } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

export interface ReductionSpec {
  readonly name: string;
  readonly summary: string;
  readonly onnx: string;
  readonly tfjs: string;
  /** The opset since which ONNX takes the axes as an input. */
  /** PyTorch's method of the same meaning. */
  readonly torch: Reduction;
  readonly axesInputSince: number;
  /** dx, from x, y and dy; y and dy with the reduced axes kept at size 1. */
  readonly gradient: (g: GraphBuilder, x: Value, y: Value, dy: Value) => Value;
  readonly domain?: Domain;
}

/** Defines an op that turns some axes into one number each; `keep` leaves them at size 1. */
export function defineReduction(spec: ReductionSpec): Op {
  return defineOp({
    name: spec.name,
    summary: spec.summary,
    inputs: ["x"],
    outputs: ["y"],
    constraints: { C1: "floating-point numbers", C2: "axes of x, each once" },
    infer({ x }, { axes, keep }: { axes: readonly number[]; keep: boolean }, require) {
      require("C1", x.dtype === "float32");
      require("C2", new Set(axes).size === axes.length && axes.every((axis) => axis >= 0 && axis < x.shape.length));
      const shape = x.shape.flatMap((dim, i) => (axes.includes(i) ? (keep ? [1] : []) : [dim]));
      return { y: { dtype: x.dtype, shape } };
    },
    gradient(g, { inputs: { x }, outputs: { y }, d, attributes: { axes } }) {
      if (d.y === undefined) return { x: undefined };
      const kept = x.type.shape.map((dim, i): Dim => (axes.includes(i) ? 1 : dim));
      return { x: spec.gradient(g, x, v.reshape(g, y, kept), v.reshape(g, d.y, kept)) };
    },
    onnx(w, { x }, { axes, keep }) {
      // No axes means all of them to ONNX, but none to us.
      if (axes.length === 0) return { y: x.name };
      const keepdims = keep ? 1 : 0;
      return {
        y:
          w.opset >= spec.axesInputSince
            ? w.node(spec.onnx, [x.name, w.integers(axes)], { keepdims })
            : w.node(spec.onnx, [x.name], { axes, keepdims }),
      };
    },
    tfjs: (k, { x }, { axes, keep }) => ({
      y:
        axes.length === 0
          ? x
          : k.kernel(spec.tfjs, { x }, { [spec.tfjs === "Max" ? "reductionIndices" : "axis"]: axes, keepDims: keep }),
    }),
    torch: (w, { x }, { axes, keep }) => (axes.length === 0 ? x : w.reduced(x, spec.torch, axes, keep)),
    flops: ({ x }) => entriesOf(x),
    samples: [
      sample([float([2, 3, 4], spec.domain)], { axes: [1], keep: false }),
      sample([float([2, 3, 4], spec.domain)], { axes: [0, 2], keep: true }),
      sample([float([3], spec.domain)], { axes: [0], keep: false }),
    ],
    rejects: {
      C1: sample([integers([2], 3)], { axes: [0], keep: false }),
      C2: sample([float([2])], { axes: [1], keep: false }),
    },
  });
}
