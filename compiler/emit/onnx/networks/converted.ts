import type { onnx } from "onnx-proto";
import { type Conversion, convertNode } from "./convert-node.ts";
import { withGraphs } from "./inner-graphs.ts";

/** A graph and those in it with ONNX's own operators at another version. Throws a NetworkRefusal. */
export function convertedGraph(graph: onnx.IGraphProto, conversion: Conversion): onnx.IGraphProto {
  // Two branches may give one name to two tensors.
  const own = constantsOf(graph);
  const here = { ...conversion, constant: (name: string) => own.get(name) ?? conversion.constant(name) };
  const node = (graph.node ?? []).flatMap((each) => {
    const whole = withGraphs(each, (inner) => convertedGraph(inner, here));
    return (whole.domain ?? "") === "" ? convertNode(whole, here) : [whole];
  });
  return { ...graph, node };
}

/** Tensors of a graph itself that are the same in every run, by name. */
function constantsOf({ initializer, node }: onnx.IGraphProto): ReadonlyMap<string, onnx.ITensorProto> {
  const constants = new Map<string, onnx.ITensorProto>();
  for (const tensor of initializer ?? []) constants.set(tensor.name ?? "", tensor);
  for (const { opType, output, attribute } of node ?? []) {
    const value = opType === "Constant" ? attribute?.find(({ name }) => name === "value")?.t : undefined;
    if (value) constants.set(output?.[0] ?? "", value);
  }
  return constants;
}

/** ONNX's own operators have two names. */
export function ownDomain(domain: string | null | undefined): string {
  return domain === "ai.onnx" ? "" : (domain ?? "");
}
