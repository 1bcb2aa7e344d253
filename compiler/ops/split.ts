import { addDims, type Dim, sameDim } from "../ir/dim.ts";
import type { Attributes } from "../ir/graph.ts";
import { requirement } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import type { OnnxWriter } from "./onnx-writer.ts";
import type { Op } from "./op.ts";
import { float, sample } from "./sample.ts";
import { call, named } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

const constraints = { C1: "sizes that add up to the axis" };

export const split: Op = {
  name: "split",
  summary: "Consecutive pieces of one axis, of given sizes.",
  inputs: ["x"],
  required: 1,
  variadic: false,
  outputs: ["y"],
  constraints,
  infer([x], attributes) {
    const { axis, sizes } = splitting(attributes);
    const sum = sizes.reduce((total, size) => addDims(total, size), 0);
    requirement("split", constraints, [x])(
      "C1",
      x !== undefined && sizes.length > 0 && sameDim(sum, x.shape[axis] ?? -1),
    );
    return sizes.map((size) => ({
      dtype: x?.dtype ?? "float32",
      shape: (x?.shape ?? []).map((dim, i) => (i === axis ? size : dim)),
    }));
  },
  gradient(g, node, dy) {
    if (dy.every((part) => part === undefined)) return [undefined];
    const { axis } = splitting(node.attributes);
    const parts = node.outputs.map((output, i) => dy[i] ?? v.broadcast(g, g.scalar(0), output.type.shape));
    return [v.concat(g, parts, axis)];
  },
  expand: undefined,
  faster: undefined,
  evaluation: undefined,
  onnx(w, [x], node) {
    const { axis, sizes } = splitting(node.attributes);
    return w.nodes("Split", [x?.name ?? "", w.sizes(sizes)], sizes.length, { axis });
  },
  webgpu(w, [x], node) {
    const { axis, sizes } = splitting(node.attributes);
    return piecesOf(w, x?.name ?? "", axis, sizes.map(Number));
  },
  onnxGives: () => true,
  tfjs(k, [x], node) {
    const { axis, sizes } = splitting(node.attributes);
    return x === undefined ? [] : k.kernels("SplitV", { x }, { axis, numOrSizeSplits: sizes.map(Number) });
  },
  torch(w, [x], node) {
    const { axis, sizes } = splitting(node.attributes);
    return call("torch.split", x, `[${sizes.map(w.size).join(", ")}]`, named("dim", axis));
  },
  flops: movesOnly,
  fold: undefined,
  samples: [
    sample([float([2, 6])], { axis: 1, sizes: [1, 2, 3] }),
    sample([float([4, 2])], { axis: 0, sizes: [2, 2] }),
  ],
  rejects: { C1: sample([float([2, 6])], { axis: 1, sizes: [1, 2] }) },
};

function splitting(attributes: Attributes): { readonly axis: number; readonly sizes: readonly Dim[] } {
  const { axis, sizes } = attributes;
  return { axis: Number(axis), sizes: Array.isArray(sizes) ? sizes : [] };
}

/** A shader writes to so many buffers at least on every card (https://www.w3.org/TR/webgpu/#limits: 8 with the one that is read). */
const mostPieces = 7;

/** Splits in steps: first into a few larger pieces where there are too many. */
function piecesOf(w: OnnxWriter, x: string, axis: number, sizes: readonly number[]): readonly string[] {
  if (sizes.length === 1) return [x];
  const each = Math.ceil(sizes.length / mostPieces);
  const groups = Array.from({ length: Math.ceil(sizes.length / each) }, (_, i) =>
    sizes.slice(i * each, (i + 1) * each),
  );
  const sums = groups.map((group) => group.reduce((sum, size) => sum + size, 0));
  const pieces = w.nodes("Split", [x, w.integers(sums)], sums.length, { axis });
  return each === 1 ? pieces : groups.flatMap((group, i) => piecesOf(w, pieces[i] ?? "", axis, group));
}
