import { addDims, type Dim, sameDim } from "../ir/dim.ts";
import { requirement } from "./define-op.ts";
import { movesOnly } from "./flops.ts";
import type { Op } from "./op.ts";
import { float, sample } from "./sample.ts";
import { call, named } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

const constraints = { C1: "tensors that agree in everything but the size of the joined axis" };

export const concat: Op = {
  name: "concat",
  summary: "Tensors one after another along one axis.",
  inputs: ["x"],
  required: 1,
  variadic: true,
  outputs: ["y"],
  constraints,
  infer(types, { axis }) {
    const require = requirement("concat", constraints, types);
    const [first, ...rest] = types;
    const shape = first?.shape ?? [];
    const fits = rest.every(
      (type) =>
        type !== undefined &&
        type.dtype === first?.dtype &&
        type.shape.length === shape.length &&
        type.shape.every((dim, i) => i === axis || sameDim(dim, shape[i] ?? -1)),
    );
    require("C1", first !== undefined && fits && typeof axis === "number" && axis < shape.length);
    const joined = types.reduce<Dim>((sum, type) => addDims(sum, type?.shape[Number(axis)] ?? 0), 0);
    return [{ dtype: first?.dtype ?? "float32", shape: shape.map((dim, i) => (i === axis ? joined : dim)) }];
  },
  gradient(g, node, [dy]) {
    if (dy === undefined) return node.inputs.map(() => undefined);
    const axis = Number(node.attributes["axis"]);
    return v.split(
      g,
      dy,
      axis,
      node.inputs.map((x) => x?.type.shape[axis] ?? 0),
    );
  },
  expand: undefined,
  faster: undefined,
  evaluation: undefined,
  onnx: (w, inputs, node) => [
    w.node(
      "Concat",
      inputs.map((x) => x?.name ?? ""),
      { axis: Number(node.attributes["axis"]) },
    ),
  ],
  webgpu: undefined,
  onnxGives: () => true,
  tfjs: (k, inputs, node) => [
    k.concat(
      inputs.filter((x) => x !== undefined),
      Number(node.attributes["axis"]),
    ),
  ],
  torch: (_w, inputs, node) =>
    call(
      "torch.cat",
      `[${inputs.map((x) => x?.text ?? "").join(", ")}]`,
      named("dim", Number(node.attributes["axis"])),
    ),
  flops: movesOnly,
  fold: undefined,
  samples: [
    sample([float([2, 3]), float([2, 1]), float([2, 2])], { axis: 1 }),
    sample([float([1, 2]), float([3, 2])], { axis: 0 }),
  ],
  rejects: { C1: sample([float([2, 3]), float([3, 3])], { axis: 1 }) },
};
