import { type Dim, sameShape } from "../ir/dim.ts";
import type { Emitted, OnnxWriter } from "./onnx-writer.ts";

/**
 * A node for WebGPU, on corresponding entries, of which every input stays as it lies. onnxruntime moves transposes from before a node to
 * behind it and turns the node's other inputs round for that, but of truth values there is no kernel that does so. It moves none past a
 * reshape that changes the shape, and that copies nothing there.
 */
export function keptLayout(w: OnnxWriter, type: string, inputs: readonly Emitted[], shape: readonly Dim[]): string {
  if (shape.length < 2)
    return w.node(
      type,
      inputs.map(({ name }) => name),
    );
  const sizes = shape.map(Number);
  const alike = inputs.every((x) => x.type.shape.length === 0 || sameShape(x.type.shape, shape));
  const within = (own: readonly Dim[]) => (alike ? [sizes.reduce((product, size) => product * size, 1)] : [1, ...own]);
  const given = inputs.map(({ name, type: { shape: own } }) =>
    own.length === 0 ? name : w.reshape(name, own, within(own)),
  );
  return w.reshape(w.node(type, given), within(shape), shape);
}
