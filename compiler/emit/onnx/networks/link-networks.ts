import type { onnx } from "onnx-proto";
import { convertedGraph, ownDomain } from "./converted.ts";
import { convertedFunction } from "./functions.ts";
import { namesRead } from "./inner-graphs.ts";
import { NetworkRefusal } from "./network-refusal.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { renamedGraph } from "./renamed-graph.ts";
import { sortedNodes } from "./sorted-nodes.ts";

/** A network of another file that a graph reads: its tensors stand for inputs of the graph. */
export interface LinkedNetwork {
  /** Before its names. */
  readonly prefix: string;
  /** As the spec names it, for messages. */
  readonly file: string;
  /** With its weights inside. */
  readonly model: onnx.IModelProto;
  /** The output of the graph that is sent to it, [n, c, h, w]. */
  readonly picture: string;
  /** Its tensors, undefined for the only output, by the graph's inputs that they stand for. */
  readonly outputs: ReadonlyMap<string, string | undefined>;
}

/** What a network adds to a model. */
export interface NetworkParts {
  readonly nodes: readonly onnx.INodeProto[];
  readonly initializers: readonly onnx.ITensorProto[];
  readonly sparse: readonly onnx.ISparseTensorProto[];
  readonly functions: readonly onnx.IFunctionProto[];
  readonly opsets: readonly onnx.IOperatorSetIdProto[];
  readonly irVersion: number;
}

/** A network's parts under names that are free in the model, in its opset. Throws a NetworkRefusal. */
export function networkParts(network: LinkedNetwork, opset: number, claim: (name: string) => string): NetworkParts {
  try {
    return partsOf(network, opset, claim);
  } catch (problem) {
    throw problem instanceof NetworkRefusal ? problem.of(network.file) : problem;
  }
}

function partsOf(
  { prefix, model, picture, outputs }: LinkedNetwork,
  opset: number,
  claim: (name: string) => string,
): NetworkParts {
  const { graph, functions = [], opsetImport } = model;
  if (!graph) throw new NetworkRefusal("it has no graph");
  const imported = new Map((opsetImport ?? []).map(({ domain, version }) => [ownDomain(domain), Number(version)]));
  const defined = new Set((functions ?? []).map(({ domain }) => domain ?? ""));
  const input = inputOf(graph);
  const isSingle = Number(input.type?.tensorType?.shape?.dim?.[0]?.dimValue ?? 0) === 1;
  const names = new Map([["", ""]]);
  const fresh = (hint: string) => claim(`${prefix}/${hint}`);
  const name = (each: string): string => {
    const known = names.get(each) ?? fresh(each);
    names.set(each, known);
    return known;
  };
  if (!isSingle) names.set(input.name ?? "", picture);
  const domain = (each: string) => (defined.has(each) ? `${prefix}/${each}` : ownDomain(each));
  const renamed = renamedGraph(graph, { name, domain });
  const from = imported.get("") ?? opset;
  const conversion = { from, to: opset, fresh, constant: () => undefined };
  const wanted = [...outputs].map(([all, output]) => ({ one: name(output ?? graph.output?.[0]?.name ?? ""), all }));
  const whole = sortedNodes(convertedGraph(renamed, conversion).node ?? []);
  const { nodes, read } = neededFor(
    whole,
    wanted.map(({ one }) => one),
  );
  const linked = isSingle
    ? [oneAtATime(nodes, { pictures: picture, picture: name(input.name ?? ""), outputs: wanted }, fresh)]
    : [
        ...nodes,
        ...wanted.map(({ one, all }) => ({ opType: "Identity", name: fresh("output"), input: [one], output: [all] })),
      ];
  const others = [...imported].filter(([each]) => each !== "" && !defined.has(each));
  return {
    nodes: linked,
    initializers: (renamed.initializer ?? []).filter((each) => read.has(each.name ?? "")),
    sparse: (renamed.sparseInitializer ?? []).filter(({ values }) => read.has(values?.name ?? "")),
    functions: (functions ?? []).map((each) => convertedFunction(each, opset, domain)),
    opsets: [
      ...others.map(([each, version]) => ({ domain: each, version })),
      ...[...defined].map((each) => ({ domain: domain(each), version: 1 })),
    ],
    irVersion: Number(model.irVersion ?? 8),
  };
}

/** The nodes that some names depend on, in their order, and every name that they read. */
function neededFor(sorted: readonly onnx.INodeProto[], names: readonly string[]) {
  const read = new Set(names);
  const nodes = sorted.toReversed().filter((node) => {
    if (!(node.output ?? []).some((each) => read.has(each))) return false;
    for (const each of namesRead(node)) read.add(each);
    return true;
  });
  return { nodes: nodes.reverse(), read };
}

/** What a picture goes into: older models list their weights among the inputs too. */
function inputOf({ input, initializer }: onnx.IGraphProto): onnx.IValueInfoProto {
  const weights = new Set((initializer ?? []).map(({ name }) => name));
  const [only, ...others] = (input ?? []).filter(({ name }) => !weights.has(name));
  if (only === undefined || others.length > 0) throw new NetworkRefusal("it does not take one picture");
  return only;
}
