import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import { type Graph, leavesOf, type Node, nodesOf, type Value } from "../../../compiler/ir/graph.ts";
import { invariant } from "../../../compiler/ir/invariant.ts";
import { opNamed } from "../../../compiler/ops/index.ts";
import type { TfjsRule } from "../../../compiler/ops/tfjs-kit.ts";
import type { DeviceKit } from "./kit.ts";

interface Step {
  readonly rule: TfjsRule;
  readonly node: Node;
  /** What no later step and no output reads. */
  readonly done: readonly Value[];
}

/** A graph of known sizes as a list of steps, each with what can be freed behind it: found once, run again and again. */
export class Program {
  readonly #kit: DeviceKit;
  readonly #graph: Graph;
  readonly #steps: readonly Step[];
  readonly #constants: ReadonlyMap<Value, DeviceTensor>;

  constructor(graph: Graph, kit: DeviceKit) {
    this.#kit = kit;
    this.#graph = graph;
    this.#steps = schedule(graph);
    this.#constants = new Map(
      leavesOf(graph).flatMap((value): [Value, DeviceTensor][] => {
        const { source, type } = value;
        return source.kind === "constant"
          ? [[value, kit.constant(type.dtype, type.shape.map(Number), source.data)]]
          : [];
      }),
    );
  }

  /** The outputs by name, which are the caller's to free. The feeds stay as they are. */
  run(feeds: ReadonlyMap<string, DeviceTensor>): Map<string, DeviceTensor> {
    const made = new Map<Value, DeviceTensor>();
    const read = (value: Value): DeviceTensor => {
      const { source } = value;
      const found = source.kind === "input" ? feeds.get(source.name) : (made.get(value) ?? this.#constants.get(value));
      invariant(found !== undefined, `a ${source.kind} is read but not there`);
      return found;
    };
    try {
      for (const { rule, node, done } of this.#steps) {
        const inputs = node.inputs.map((value) => (value === undefined ? undefined : read(value)));
        const given = this.#kit.settle(rule(this.#kit, inputs, node));
        node.outputs.forEach((value, i) => {
          const tensor = given[i];
          invariant(tensor !== undefined, `${node.op} gives no output ${i}`);
          made.set(value, tensor);
        });
        for (const value of done) {
          made.get(value)?.dispose();
          made.delete(value);
        }
      }
      const outputs = new Map<string, DeviceTensor>();
      const given = new Set<Value>();
      for (const { name, value } of this.#graph.outputs) {
        const own = value.source.kind === "node" && !given.has(value);
        outputs.set(name, own ? read(value) : this.#kit.alias(read(value)));
        given.add(value);
      }
      return outputs;
    } catch (problem) {
      this.#kit.settle([]);
      for (const tensor of made.values()) tensor.dispose();
      throw problem;
    }
  }
}

function schedule(graph: Graph): readonly Step[] {
  const nodes = nodesOf(graph);
  const last = new Map<Value, Node>();
  for (const node of nodes) {
    for (const value of node.outputs) last.set(value, node);
    for (const value of node.inputs) if (value?.source.kind === "node") last.set(value, node);
  }
  for (const { value } of graph.outputs) last.delete(value);
  const done = new Map<Node, Value[]>();
  for (const [value, node] of last) {
    const known = done.get(node);
    if (known === undefined) done.set(node, [value]);
    else known.push(value);
  }
  return nodes.map((node) => {
    const { tfjs } = opNamed(node.op);
    invariant(tfjs !== undefined, `${node.op} has no TensorFlow.js rule and cannot be expanded`);
    return { rule: tfjs, node, done: done.get(node) ?? [] };
  });
}
