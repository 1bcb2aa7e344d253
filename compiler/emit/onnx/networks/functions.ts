import type { onnx } from "onnx-proto";
import { convertedGraph, ownDomain } from "./converted.ts";
import { renamedNode } from "./renamed-graph.ts";

/** An operator that a file defines by others, in a domain of its own and another opset. Its names are its own. */
export function convertedFunction(
  one: onnx.IFunctionProto,
  opset: number,
  domain: (domain: string) => string,
): onnx.IFunctionProto {
  const { name, input, output, attribute, opsetImport } = one;
  const used = new Set([...(input ?? []), ...(one.node ?? []).flatMap((node) => node.output ?? [])]);
  const fresh = (hint: string): string => {
    let free = hint;
    for (let i = 2; used.has(free); i += 1) free = `${hint}_${i}`;
    used.add(free);
    return free;
  };
  const node = (one.node ?? []).map((each) => renamedNode(each, { name: (own) => own, domain }));
  const from = Number((opsetImport ?? []).find((each) => ownDomain(each.domain) === "")?.version ?? opset);
  const converted = convertedGraph({ node }, { from, to: opset, fresh, constant: () => undefined });
  const others = (opsetImport ?? []).filter((each) => ownDomain(each.domain) !== "");
  return {
    name: name ?? "",
    domain: domain(one.domain ?? ""),
    input: input ?? [],
    output: output ?? [],
    attribute: attribute ?? [],
    node: converted.node ?? [],
    opsetImport: [
      { domain: "", version: opset },
      ...others.map((each) => ({ domain: domain(ownDomain(each.domain)), version: each.version ?? 1 })),
    ],
  };
}
