import type { OnnxNode, OnnxTensor } from "../../../../compiler/emit/onnx/list-nodes.ts";
import type { OnnxFile } from "../../protocol.ts";
import { counted, element } from "../dom.ts";

/** What a node's row shows: op, name, inputs with shapes, outputs with shapes. */
export function cells({ op, name, inputs, outputs }: OnnxNode): readonly HTMLElement[] {
  return [
    element("span", { class: "op" }, op),
    element("span", { class: "name", title: name }, element("bdi", {}, name)),
    element("span", { class: "types" }, inputs.map(short).join(", ")),
    element("span", { class: "arrow" }, "→"),
    element("span", { class: "types" }, outputs.map(short).join(", ")),
  ];
}

/** A node in full, for the one that is chosen. */
export function details({ op, name, inputs, outputs }: OnnxNode): readonly HTMLElement[] {
  return [
    element("h3", {}, op, " ", element("code", {}, name)),
    element(
      "dl",
      {},
      ...inputs.flatMap((tensor, i) => pair(i === 0 ? "inputs" : "", tensor)),
      ...outputs.flatMap((tensor, i) => pair(i === 0 ? "outputs" : "", tensor)),
    ),
  ];
}

function pair(term: string, { name, type }: OnnxTensor): readonly HTMLElement[] {
  return [
    element("dt", {}, term),
    element(
      "dd",
      {},
      element("code", {}, name === "" ? "absent" : name),
      " ",
      element("code", { class: "type" }, type ?? ""),
    ),
  ];
}

/** A tensor by its type where it is known, else by its name. */
function short({ name, type }: OnnxTensor): string {
  return name === "" ? "–" : (type?.replace(/^float32/, "") ?? name);
}

/** What the filter looks through. */
export function nodeText({ op, name, inputs, outputs }: OnnxNode): string {
  return [op, name, ...[...inputs, ...outputs].flatMap((tensor) => [tensor.name, tensor.type ?? ""])]
    .join(" ")
    .toLowerCase();
}

export function countsOf(nodes: readonly OnnxNode[]): readonly (readonly [op: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { op } of nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b, "en"));
}

export function summaryOf({ nodes, inputs, outputs, opset, model }: OnnxFile): string {
  return [
    counted(nodes.length, "node"),
    counted(inputs.length, "input"),
    counted(outputs.length, "output"),
    `opset ${opset}`,
    sizeOf(model.length),
  ].join(" · ");
}

function sizeOf(bytes: number): string {
  return bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}
