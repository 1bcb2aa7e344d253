import { existsSync, readFileSync, statSync } from "node:fs";
import onnxProto from "onnx-proto";
import { networkFlops } from "../../compiler/emit/onnx/networks/network-flops.ts";

/** Of a larger file it is not worth the while to have all of it in memory. */
const mostCounted = 1 << 30;

/** Floating-point operations of the network of a file for one picture [c, h, w], where the sizes of its tensors are known. */
export function fileFlops(path: string, picture: readonly number[]): number | undefined {
  if (!existsSync(path) || statSync(path).size > mostCounted) return undefined;
  try {
    const { graph } = onnxProto.onnx.ModelProto.decode(readFileSync(path));
    return graph ? networkFlops(graph, picture) : undefined;
  } catch {
    // It is a figure for people; what is wrong with the file is told where it is run.
    return undefined;
  }
}
