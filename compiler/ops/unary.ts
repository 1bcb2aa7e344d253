import type { GraphBuilder } from "../ir/builder.ts";
import type { Value } from "../ir/graph.ts";
import { defineOp } from "./define-op.ts";
import type { Op } from "./op.ts";
import { type Domain, float, integers, sample } from "./sample.ts";
import { binds, call, inside } from "./torch-text.ts";

export interface UnarySpec {
  readonly name: string;
  readonly summary: string;
  /** The ONNX op of the same meaning. */
  readonly onnx: string;
  /** The TensorFlow.js kernel of the same meaning. */
  readonly tfjs: string;
  /** The PyTorch function of the same meaning; of an operator, what stands before x. */
  readonly torch: string;
  /** The function on one number. */
  readonly scalar: (x: number) => number;
  /** dx from dy; undefined where the function has no derivative. */
  readonly gradient: ((g: GraphBuilder, x: Value, y: Value, dy: Value) => Value) | undefined;
  readonly domain?: Domain;
  /** The same in smaller ops. */
  readonly expand?: (g: GraphBuilder, x: Value) => Value;
  readonly webgpu?: "expand";
}

/** Defines an op that acts on each entry alone. */
export function defineUnary(spec: UnarySpec): Op {
  const { gradient, expand, webgpu } = spec;
  return defineOp({
    name: spec.name,
    summary: spec.summary,
    inputs: ["x"],
    outputs: ["y"],
    constraints: { C1: "floating-point numbers" },
    infer({ x }, _, require) {
      require("C1", x.dtype === "float32");
      return { y: x };
    },
    gradient: gradient && ((g, { inputs, outputs, d }) => ({ x: d.y && gradient(g, inputs.x, outputs.y, d.y) })),
    expand: expand && ((g, { x }) => ({ y: expand(g, x) })),
    onnx: (w, { x }) => ({ y: w.node(spec.onnx, [x.name]) }),
    webgpu,
    tfjs: (k, { x }) => ({ y: k.kernel(spec.tfjs, { x }) }),
    torch: (_w, { x }) =>
      spec.torch === "-" ? { text: `-${inside(x, binds.sign)}`, binds: binds.sign } : call(spec.torch, x),
    fold: ([x]) => Float32Array.from(Array.from(x ?? [], Number), spec.scalar),
    samples: [sample([float([2, 3], spec.domain)]), sample([float([], spec.domain)])],
    rejects: { C1: sample([integers([2], 3)]) },
  });
}
