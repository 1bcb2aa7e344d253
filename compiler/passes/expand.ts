import { GraphBuilder } from "../ir/builder.ts";
import { type Graph, type Node, nodesOf, type Value } from "../ir/graph.ts";
import { rewriteGraph } from "../ir/rewrite.ts";
import { opNamed, opRules } from "../ops/index.ts";
import type { Purpose } from "../ops/op.ts";

/**
 * Replaces composite ops by smaller ones, again and again until no chosen op is left.
 * `chosen` sees the node and which of its outputs are used.
 */
export function expandWhere(graph: Graph, chosen: (node: Node, used: ReadonlySet<number>) => boolean): Graph {
  let current = graph;
  for (;;) {
    const used = usedOutputs(current);
    const wanted = new Set(
      nodesOf(current).filter(
        (node) => opNamed(node.op).expand !== undefined && chosen(node, used.get(node) ?? new Set()),
      ),
    );
    if (wanted.size === 0) return current;
    current = rewriteGraph(current, new GraphBuilder(opRules), (node, inputs, g) =>
      wanted.has(node) ? opNamed(node.op).expand?.(g, inputs, node.attributes) : undefined,
    );
  }
}

/** Before differentiation: every composite op that has no gradient of its own, or is slower than its parts. */
export function expandForGradient(graph: Graph): Graph {
  return expandSlow(
    expandWhere(graph, (node) => opNamed(node.op).gradient === undefined),
    "training",
  );
}

/** Every op that is slower than its parts. */
export function expandSlow(graph: Graph, purpose: Purpose): Graph {
  return rewriteGraph(graph, new GraphBuilder(opRules), ({ op, attributes }, inputs, g) =>
    opNamed(op).faster?.(g, inputs, attributes, purpose),
  );
}

/**
 * Before ONNX is written: every op that ONNX has no node for, with the outputs used here; for the WebGPU provider also those that
 * it has no kernel for.
 */
export function expandForOnnx(graph: Graph, provider?: "webgpu"): Graph {
  return expandWhere(graph, (node, used) => {
    const op = opNamed(node.op);
    const rule = provider === "webgpu" ? (op.webgpu ?? op.onnx) : op.onnx;
    return rule === undefined || rule === "expand" || !op.onnxGives(used);
  });
}

/** Before TensorFlow.js runs it: every op that it has no kernels for. */
export function expandForTfjs(graph: Graph): Graph {
  return expandWhere(graph, (node) => opNamed(node.op).tfjs === undefined);
}

function usedOutputs(graph: Graph): ReadonlyMap<Node, ReadonlySet<number>> {
  const used = new Map<Node, Set<number>>();
  const use = (value: Value | undefined) => {
    if (value?.source.kind !== "node") return;
    const { node, output } = value.source;
    const known = used.get(node);
    if (known === undefined) used.set(node, new Set([output]));
    else known.add(output);
  };
  for (const node of nodesOf(graph)) for (const input of node.inputs) use(input);
  for (const output of graph.outputs) use(output.value);
  return used;
}
