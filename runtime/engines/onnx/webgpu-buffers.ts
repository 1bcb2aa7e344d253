import onnxProto from "onnx-proto";
import type * as ort from "onnxruntime-node";
import { onnxDataType } from "../../../compiler/ops/onnx-writer.ts";
import type { Tensor } from "../engine.ts";
import { createSession, fromOrt, toOrt } from "./session.ts";

/**
 * Sessions that only copy, one for each way: onnxruntime-node reads no device buffer itself (1.30: `getData` ends the process). They
 * stay open as long as the process lives, because with its last session the provider drops every shader that it has compiled.
 */
const sessions = new Map<"in" | "out", Promise<ort.InferenceSession>>();

/** The numbers in a buffer of the device. */
export async function toDevice(tensor: Tensor): Promise<ort.Tensor> {
  return copied("in", toOrt(tensor));
}

/** A copy of the numbers of a buffer. */
export async function fromDevice(tensor: ort.Tensor): Promise<Tensor> {
  return fromOrt(await copied("out", tensor));
}

async function copied(way: "in" | "out", x: ort.Tensor): Promise<ort.Tensor> {
  const known = sessions.get(way) ?? createSession(identity(), "webgpu", way === "in" ? ["y"] : []);
  sessions.set(way, known);
  const { y } = await (await known).run({ x });
  if (y === undefined) throw new Error("a copy gave nothing");
  return y;
}

/** A model that gives back float32 of any shape. */
function identity(): Uint8Array {
  const tensorType = { elemType: onnxDataType.float32 };
  return onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    producerName: "abaw",
    opsetImport: [{ domain: "", version: 17 }],
    graph: {
      name: "copy",
      node: [{ opType: "Identity", name: "copy", input: ["x"], output: ["y"] }],
      input: [{ name: "x", type: { tensorType } }],
      output: [{ name: "y", type: { tensorType } }],
    },
  }).finish();
}
