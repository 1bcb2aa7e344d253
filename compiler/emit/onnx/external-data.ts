import onnxProto, { type onnx } from "onnx-proto";

/** Weights below this stay in the model, where shape inference may need them. */
const smallest = 1024;
/** Offsets are multiples of this, so that the file can be mapped into memory. */
const alignment = 4096;

/**
 * Moves initialisers out into a file beside the model if all together have `from` bytes or more
 * (https://onnx.ai/onnx/repo-docs/ExternalData.html). Changes the given protos; gives the file's pieces in order.
 */
export function moveWeightsOut(
  initializers: readonly onnx.ITensorProto[],
  name: string,
  from: number,
): { readonly name: string; readonly pieces: readonly Uint8Array[] } | undefined {
  const bytes = initializers.reduce((sum, tensor) => sum + (tensor.rawData?.byteLength ?? 0), 0);
  if (bytes < from) return undefined;
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of initializers) {
    const data = tensor.rawData;
    if (!data || data.byteLength < smallest) continue;
    const padding = (alignment - (offset % alignment)) % alignment;
    if (padding > 0) pieces.push(new Uint8Array(padding));
    offset += padding;
    pieces.push(data);
    tensor.rawData = null;
    tensor.dataLocation = onnxProto.onnx.TensorProto.DataLocation.EXTERNAL;
    tensor.externalData = [
      { key: "location", value: name },
      { key: "offset", value: String(offset) },
      { key: "length", value: String(data.byteLength) },
    ];
    offset += data.byteLength;
  }
  return pieces.length === 0 ? undefined : { name, pieces };
}
