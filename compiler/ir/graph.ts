/**
 * The graph: a directed acyclic graph of op applications over typed values.
 * Everything is immutable; what a graph contains is what its outputs reach.
 */
import type { Dim } from "./dim.ts";

export type DType = "float32" | "int32" | "int64" | "uint8" | "bool";

export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/**
 * What an input of a graph is for:
 * - `field`, `label`, `mask`, `present`, `feature`: the batch (a feature is a finished stage's stored tensor);
 * - `fact`: a constant of the stage that the data decide, such as class weights;
 * - `scalar`: a number that changes from step to step, such as a rate or a scheduled loss weight;
 * - `seed`: two int32 that the random ops start from;
 * - `parameter`, `state`, `slot`: weights, running statistics, and the optimiser's memory.
 */
export type InputRole =
  | "field"
  | "label"
  | "mask"
  | "present"
  | "feature"
  | "fact"
  | "scalar"
  | "seed"
  | "parameter"
  | "state"
  | "slot";

export interface InputSource {
  readonly kind: "input";
  readonly role: InputRole;
  readonly name: string;
}

export interface ConstantSource {
  readonly kind: "constant";
  readonly data: TensorData;
  /** The name to emit, for weights that have one. */
  readonly name?: string;
}

export interface NodeSource {
  readonly kind: "node";
  readonly node: Node;
  /** Which of the node's outputs. */
  readonly output: number;
}

export interface Value {
  readonly id: number;
  readonly type: TensorType;
  readonly source: InputSource | ConstantSource | NodeSource;
}

export type Attribute = number | string | boolean | readonly Dim[];
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly op: string;
  /** In the op's order; an optional input that is absent is undefined. */
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  /** The path of the layer or name it comes from, for reading prints and profiles. */
  readonly at: string;
}

export interface GraphOutput {
  readonly name: string;
  readonly value: Value;
}

export interface Graph {
  readonly name: string;
  readonly outputs: readonly GraphOutput[];
}

/** All nodes that the outputs reach, each after its inputs; the order depends on the graph's structure alone. */
export function nodesOf(graph: Graph): readonly Node[] {
  return nodesReaching(graph.outputs.map((output) => output.value));
}

/** All nodes that some values depend on, each after its inputs. */
export function nodesReaching(values: readonly Value[]): readonly Node[] {
  const order: Node[] = [];
  const done = new Set<Node>();
  // An explicit stack: unrolled recurrences are deeper than the call stack.
  const stack: { readonly node: Node; next: number }[] = [];
  for (const value of values) {
    visit(value);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.node.inputs[top.next];
      if (top.next >= top.node.inputs.length) {
        stack.pop();
        order.push(top.node);
      } else {
        top.next += 1;
        if (input !== undefined) visit(input);
      }
    }
  }
  return order;

  function visit(value: Value): void {
    if (value.source.kind !== "node" || done.has(value.source.node)) return;
    done.add(value.source.node);
    stack.push({ node: value.source.node, next: 0 });
  }
}

/** All values without a node (inputs and constants) that the outputs reach, in order of first use. */
export function leavesOf(graph: Graph): readonly Value[] {
  const leaves = new Set<Value>();
  const add = (value: Value | undefined) => {
    if (value !== undefined && value.source.kind !== "node") leaves.add(value);
  };
  for (const node of nodesOf(graph)) for (const input of node.inputs) add(input);
  for (const output of graph.outputs) add(output.value);
  return [...leaves];
}

export interface GraphInput extends Value {
  readonly source: InputSource;
}

/** All inputs that the outputs reach, in order of first use. */
export function inputsOf(graph: Graph): readonly GraphInput[] {
  return leavesOf(graph).filter(isInput);
}

export function isInput(value: Value): value is GraphInput {
  return value.source.kind === "input";
}
