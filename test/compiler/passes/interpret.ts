import { type Graph, type Node, nodesOf, type TensorData, type Value } from "../../../compiler/ir/graph.ts";
import { opNamed } from "../../../compiler/ops/index.ts";

/**
 * The outputs of a graph of numbered sizes, node by node with no pass over it: by the ops' own rules for constants, and by
 * plain loops for the few ops of random graphs that have none.
 */
export function interpret(graph: Graph, feeds: ReadonlyMap<string, TensorData>): ReadonlyMap<string, TensorData> {
  const known = new Map<Value, TensorData>();
  const read = (value: Value | undefined): TensorData => {
    const data =
      value?.source.kind === "constant"
        ? value.source.data
        : value?.source.kind === "input"
          ? feeds.get(value.source.name)
          : value && known.get(value);
    if (data === undefined) throw new Error("a value is read before it is there");
    return data;
  };
  for (const node of nodesOf(graph)) {
    const results = resultsOf(node, node.inputs.map(read));
    node.outputs.forEach((output, i) => {
      known.set(output, results[i]!);
    });
  }
  return new Map(graph.outputs.map(({ name, value }) => [name, read(value)]));
}

function resultsOf(node: Node, inputs: readonly TensorData[]): readonly TensorData[] {
  const { fold } = opNamed(node.op);
  if (fold !== undefined) return [fold(inputs, node)];
  const from = node.inputs.map((input) => input!.type.shape.map(Number));
  return node.outputs.map(({ type }, output) => {
    const shape = type.shape.map(Number);
    const y = new Float32Array(countOf(shape));
    const place = placeRules[node.op];
    if (place === undefined) throw new Error(`the interpreter does not know ${node.op}`);
    place(node, output, from, shape, (input, index, to) => {
      const entry = Number(inputs[input]![flatten(index, from[input]!)]);
      const flat = flatten(to, shape);
      y[flat] = y[flat]! + entry;
    });
    return y;
  });
}

/** Adds the entry of an input at one index into the output at another. */
type Put = (input: number, index: readonly number[], to: readonly number[]) => void;
type PlaceRule = (
  node: Node,
  output: number,
  from: readonly (readonly number[])[],
  shape: readonly number[],
  put: Put,
) => void;

const placeRules: Readonly<Record<string, PlaceRule>> = {
  broadcast(_node, _output, [from = []], shape, put) {
    for (const to of indices(shape))
      put(
        0,
        to.slice(shape.length - from.length).map((at, i) => (from[i] === 1 ? 0 : at)),
        to,
      );
  },
  slice({ attributes }, _output, _from, shape, put) {
    const [start] = numbers(attributes["bounds"]);
    for (const to of indices(shape))
      put(
        0,
        to.map((at, axis) => (axis === attributes["axis"] ? at + start! : at)),
        to,
      );
  },
  concat({ attributes }, _output, from, _shape, put) {
    let before = 0;
    for (const [input, own] of from.entries()) {
      for (const index of indices(own))
        put(
          input,
          index,
          index.map((at, axis) => (axis === attributes["axis"] ? at + before : at)),
        );
      before += own[Number(attributes["axis"])]!;
    }
  },
  split({ attributes }, output, _from, shape, put) {
    const before = numbers(attributes["sizes"])
      .slice(0, output)
      .reduce((sum, size) => sum + size, 0);
    for (const to of indices(shape))
      put(
        0,
        to.map((at, axis) => (axis === attributes["axis"] ? at + before : at)),
        to,
      );
  },
  reduce_sum({ attributes }, _output, [from = []], _shape, put) {
    const axes = numbers(attributes["axes"]);
    for (const index of indices(from))
      put(
        0,
        index,
        index.filter((_, axis) => !axes.includes(axis)),
      );
  },
};

function* indices(shape: readonly number[]): Generator<readonly number[]> {
  for (let flat = 0; flat < countOf(shape); flat++) {
    const index: number[] = [];
    let rest = flat;
    for (const size of shape.toReversed()) {
      index.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    yield index;
  }
}

function flatten(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((flat, at, axis) => flat * shape[axis]! + at, 0);
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function numbers(attribute: unknown): readonly number[] {
  return Array.isArray(attribute) ? attribute.map(Number) : [];
}
