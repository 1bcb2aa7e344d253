import onnxProto, { type onnx } from "onnx-proto";
import protobuf from "protobufjs/minimal.js";

/** Weights from here on are not copied; what is smaller takes less time with the rest. */
const large = 4096;
/** The numbers of fields in the format (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const fields = { modelGraph: 7, graphInitializer: 5, tensorRawData: 9 } as const;

/**
 * A model as bytes, in pieces: large weights are pieces of their own, the arrays that the tensors hold. A message's fields may come in
 * any order, so the weights come last in the graph and the graph last in the model.
 */
export function encodeModel(
  model: Omit<onnx.IModelProto, "graph">,
  graph: onnx.IGraphProto & { readonly initializer: readonly onnx.ITensorProto[] },
): readonly Uint8Array[] {
  const { GraphProto, ModelProto, TensorProto } = onnxProto.onnx;
  const isLarge = ({ rawData }: onnx.ITensorProto) => (rawData?.byteLength ?? 0) >= large;
  const small = graph.initializer.filter((tensor) => !isLarge(tensor));
  const weights = graph.initializer.filter(isLarge).flatMap((tensor) => {
    const data = tensor.rawData ?? new Uint8Array();
    const head = TensorProto.encode({ ...tensor, rawData: null }).finish();
    const start = startOf(fields.tensorRawData, data.byteLength);
    return [startOf(fields.graphInitializer, head.length + start.length + data.byteLength), head, start, data];
  });
  const inGraph = [GraphProto.encode({ ...graph, initializer: small }).finish(), ...weights];
  const length = inGraph.reduce((sum, piece) => sum + piece.byteLength, 0);
  return [ModelProto.encode(model).finish(), startOf(fields.modelGraph, length), ...inGraph];
}

/** What stands before a field of so many bytes: its number, its kind and its length. */
function startOf(field: number, length: number): Uint8Array {
  const lengthDelimited = 2;
  return protobuf.Writer.create()
    .uint32((field << 3) | lengthDelimited)
    .uint32(length)
    .finish();
}

/** One array of several. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.byteLength;
  }
  return whole;
}
