import type { onnx } from "onnx-proto";
import { printType } from "../../ir/builder.ts";
import { type Dim, printDim } from "../../ir/dim.ts";
import { type DType, type Graph, inputsOf, leavesOf, nodesOf, type TensorType, type Value } from "../../ir/graph.ts";
import { invariant } from "../../ir/invariant.ts";
import { opNamed } from "../../ops/index.ts";
import { type Emitted, onnxDataType, onWebgpu } from "../../ops/onnx-writer.ts";
import { cleaning, expandForOnnx, runPasses } from "../../passes/index.ts";
import { encodeModel, joined } from "./encode-model.ts";
import { moveWeightsOut } from "./external-data.ts";
import { type LinkedNetwork, type NetworkParts, networkParts } from "./networks/link-networks.ts";
import { NetworkRefusal } from "./networks/network-refusal.ts";
import { sortedNodes } from "./networks/sorted-nodes.ts";
import { GraphWriter } from "./writer.ts";

export interface OnnxOptions {
  /** The version of the standard operator set, 17 to 21. */
  readonly opset?: number;
  /** Written into the file: text by key. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The name of the file for weights beside the model, used when all together pass `externalFrom` bytes. */
  readonly externalName?: string;
  readonly externalFrom?: number;
  /** Writes only nodes that onnxruntime's WebGPU provider has kernels for. All sizes must be numbers; int64 becomes int32. */
  readonly provider?: "webgpu";
  /** Networks of other files that the graph reads: the inputs and outputs between it and them are none of the model's. */
  readonly networks?: readonly LinkedNetwork[];
}

export interface OnnxFiles {
  /** The bytes of the .onnx file. */
  readonly model: Uint8Array;
  /** The weights file, in pieces, if the model needs one. */
  readonly external: { readonly name: string; readonly pieces: readonly Uint8Array[] } | undefined;
  /** What each tensor of the file is, by name; those between the nodes of a single op are not in it. */
  readonly types: ReadonlyMap<string, TensorType>;
}

export const opsets = { least: 17, most: 21 } as const;

/** A protobuf message ends at 2 GB. */
const protobufLimit = 2 ** 31 - 2 ** 24;

/** Writes a graph as an ONNX model of standard ops. Same graph, same bytes. */
export function emitOnnx(graph: Graph, options: OnnxOptions = {}): OnnxFiles {
  const { pieces, ...rest } = emitOnnxPieces(graph, options);
  return { ...rest, model: joined(pieces) };
}

/** The same, the .onnx file in pieces, without a copy of the weights. */
export function emitOnnxPieces(
  graph: Graph,
  options: OnnxOptions = {},
): Omit<OnnxFiles, "model"> & { readonly pieces: readonly Uint8Array[] } {
  const opset = options.opset ?? opsets.least;
  invariant(
    opset >= opsets.least && opset <= opsets.most,
    `opset ${opset} is not between ${opsets.least} and ${opsets.most}`,
  );
  const ready = runPasses(expandForOnnx(graph, options.provider), cleaning);
  const { proto, types, parts } = graphProto(ready, opset, options);
  const external = moveWeightsOut(
    proto.initializer,
    options.externalName ?? `${graph.name}.data`,
    options.externalFrom ?? protobufLimit,
  );
  const model = {
    irVersion: Math.max(opset <= 18 ? 8 : opset <= 20 ? 9 : 10, ...parts.map(({ irVersion }) => irVersion)),
    producerName: "abaw",
    opsetImport: [{ domain: "", version: opset }, ...opsetsOf(parts)],
    functions: parts.flatMap(({ functions }) => functions),
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  };
  return { pieces: encodeModel(model, proto), external, types };
}

interface WrittenGraph {
  readonly proto: onnx.IGraphProto & { initializer: onnx.ITensorProto[] };
  readonly types: ReadonlyMap<string, TensorType>;
  /** What networks of other files added. */
  readonly parts: readonly NetworkParts[];
}

function graphProto(graph: Graph, opset: number, { provider, networks = [] }: OnnxOptions): WrittenGraph {
  const written = (dtype: DType) => (provider === "webgpu" ? onWebgpu(dtype) : dtype);
  const inputs = inputsOf(graph);
  invariant(
    provider === undefined || inputs.every(({ type }) => type.shape.every((size) => typeof size === "number")),
    `${graph.name} has a symbolic size, which ${provider} has no kernels for`,
  );
  const linked = new Set(networks.flatMap(({ outputs }) => [...outputs.keys()]));
  const sent = new Set(networks.map(({ picture }) => picture));
  const own = inputs.filter(({ source }) => !linked.has(source.name));
  const writer = new GraphWriter(opset, symbolPlaces(own));
  const names = new Map<Value, string>();
  for (const input of inputs) names.set(input, writer.claim(input.source.name));
  // The outputs' names are taken before any other may have them.
  const outputNames = graph.outputs.map((output) => writer.claim(output.name));
  invariant(
    outputNames.every((name, i) => name === graph.outputs[i]?.name),
    "an output has the name of an input",
  );
  for (const leaf of leavesOf(graph)) {
    if (leaf.source.kind !== "constant") continue;
    const { name } = leaf.source;
    const shape = leaf.type.shape.map(Number);
    const dtype = written(leaf.type.dtype);
    const data = dtype === leaf.type.dtype ? leaf.source.data : Int32Array.from(leaf.source.data, Number);
    const emitted =
      name === undefined
        ? writer.constant(dtype, shape, data)
        : writer.initializer(writer.claim(name), dtype, shape, data);
    names.set(leaf, emitted);
  }
  const nameOf = (value: Value): string => {
    const name = names.get(value);
    invariant(name !== undefined, `a value of ${printType(value.type)} is read but not written`);
    return name;
  };
  // onnxruntime begins with the last node that nothing reads: what comes to be first stands last.
  for (const node of nodesOf({ ...graph, outputs: graph.outputs.toReversed() })) {
    const op = opNamed(node.op);
    const rule = provider === "webgpu" ? (op.webgpu ?? op.onnx) : op.onnx;
    invariant(rule !== undefined && rule !== "expand", `${node.op} has no ONNX rule and cannot be expanded`);
    writer.at = node.at;
    const given = node.inputs.map((value): Emitted | undefined =>
      value === undefined ? undefined : { name: nameOf(value), type: value.type },
    );
    const results = rule(writer, given, node);
    node.outputs.forEach((output, i) => {
      const name = results[i];
      if (name !== undefined && name !== "") names.set(output, name);
    });
  }
  writer.at = "";
  graph.outputs.toReversed().forEach(({ name, value }) => {
    writer.nodeProtos.push({
      opType: "Identity",
      name: writer.claim(`output/${name}`),
      input: [nameOf(value)],
      output: [name],
    });
  });
  const parts = networks.map((network) => networkParts(network, opset, (name) => writer.claim(name)));
  const nodes = withoutUnreadOutputs(writer.nodeProtos, outputNames);
  const sparse = parts.flatMap((each) => each.sparse);
  const proto = {
    name: graph.name,
    node: parts.length === 0 ? nodes : sortedNodes([...nodes, ...parts.flatMap((each) => each.nodes)]),
    input: own.map((input) => valueInfo(input.source.name, written(input.type.dtype), input.type.shape)),
    output: graph.outputs
      .filter(({ name }) => !sent.has(name))
      .map(({ name, value }) => valueInfo(name, written(value.type.dtype), value.type.shape)),
    initializer: [...writer.initializers, ...parts.flatMap((each) => each.initializers)],
    ...(sparse.length === 0 ? {} : { sparseInitializer: sparse }),
  };
  const types = new Map([...names].map(([value, name]) => [name, value.type]));
  for (const { name, value } of graph.outputs) types.set(name, value.type);
  return { proto, types, parts };
}

/** Sets of operators beside ONNX's own; two networks with two versions of one cannot stand in one model. */
function opsetsOf(parts: readonly NetworkParts[]): readonly onnx.IOperatorSetIdProto[] {
  const versions = new Map<string, number>();
  for (const { domain, version } of parts.flatMap(({ opsets }) => opsets)) {
    const known = versions.get(domain ?? "") ?? Number(version);
    if (known !== Number(version))
      throw new NetworkRefusal(`its networks have operators of ${domain} in the versions ${known} and ${version}`);
    versions.set(domain ?? "", known);
  }
  return [...versions].map(([domain, version]) => ({ domain, version }));
}

/** Nodes that nothing reads, and optional outputs at the end of a node, would be computed and kept for nothing. */
function withoutUnreadOutputs(nodes: readonly onnx.INodeProto[], wanted: readonly string[]): onnx.INodeProto[] {
  const read = new Set(wanted);
  const kept = nodes.toReversed().filter((node) => {
    if (!(node.output ?? []).some((name) => read.has(name))) return false;
    for (const name of node.input ?? []) read.add(name);
    return true;
  });
  return kept.toReversed().map((node) => {
    const required = requiredOutputs.get(node.opType ?? "");
    if (required === undefined) return node;
    const output = node.output ?? [];
    const last = output.findLastIndex((name) => read.has(name));
    return { ...node, output: output.slice(0, Math.max(required, last + 1)) };
  });
}

/** How many outputs a node must have, of the types that have optional ones. */
const requiredOutputs: ReadonlyMap<string, number> = new Map([
  ["LayerNormalization", 1],
  ["MaxPool", 1],
]);

/** For each symbol that is the whole size of an input's axis, where it can be read. */
function symbolPlaces(
  inputs: readonly (Value & { readonly source: { readonly name: string } })[],
): ReadonlyMap<string, { readonly input: string; readonly axis: number }> {
  const places = new Map<string, { readonly input: string; readonly axis: number }>();
  for (const input of inputs) {
    input.type.shape.forEach((dim, axis) => {
      if (typeof dim !== "number" && !places.has(printDim(dim)))
        places.set(printDim(dim), { input: input.source.name, axis });
    });
  }
  return places;
}

function valueInfo(name: string, dtype: DType, shape: readonly Dim[]): onnx.IValueInfoProto {
  const dim = shape.map((size: Dim) => (typeof size === "number" ? { dimValue: size } : { dimParam: printDim(size) }));
  return { name, type: { tensorType: { elemType: onnxDataType[dtype], shape: { dim } } } };
}
