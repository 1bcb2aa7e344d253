import onnxProto, { type onnx } from "onnx-proto";

const { AttributeType } = onnxProto.onnx.AttributeProto;
const { DataType } = onnxProto.onnx.TensorProto;

/**
 * A network for one picture [1, c, h, w] applied to each of several [n, c, h, w]: a Scan over the first axis
 * (https://onnx.ai/onnx/operators/onnx__Scan.html), whose body has the network's nodes.
 */
export function oneAtATime(
  nodes: readonly onnx.INodeProto[],
  ports: {
    /** What is scanned, and what the nodes read of it. */
    readonly pictures: string;
    readonly picture: string;
    /** What the nodes give, [1, ..], and what is to be given, [n, ..]. */
    readonly outputs: readonly { readonly one: string; readonly all: string }[];
  },
  fresh: (hint: string) => string,
): onnx.INodeProto {
  const [axes, single] = [fresh("axes"), fresh("single")];
  const zero: onnx.ITensorProto = { dims: [1], dataType: DataType.INT64, rawData: new Uint8Array(8) };
  const named = (name: string): onnx.IValueInfoProto => ({ name, type: { tensorType: { elemType: DataType.FLOAT } } });
  const outputs = ports.outputs.map(({ one }) => ({ one, row: fresh("row") }));
  const body: onnx.IGraphProto = {
    name: fresh("each"),
    input: [named(single)],
    output: outputs.map(({ row }) => named(row)),
    node: [
      { opType: "Constant", output: [axes], attribute: [{ name: "value", type: AttributeType.TENSOR, t: zero }] },
      { opType: "Unsqueeze", input: [single, axes], output: [ports.picture] },
      ...nodes,
      ...outputs.map(({ one, row }) => ({ opType: "Squeeze", input: [one, axes], output: [row] })),
    ],
  };
  return {
    opType: "Scan",
    name: fresh("scan"),
    input: [ports.pictures],
    output: ports.outputs.map(({ all }) => all),
    attribute: [
      { name: "body", type: AttributeType.GRAPH, g: body },
      { name: "num_scan_inputs", type: AttributeType.INT, i: 1 },
    ],
  };
}
