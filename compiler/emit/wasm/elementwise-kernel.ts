import { type Graph, inputsOf, leavesOf, nodesOf, type Value } from "../../ir/graph.ts";
import { InternalError, invariant } from "../../ir/invariant.ts";
import { float32, moduleOf, opcodes as o, unsigned, valueTypes } from "./encoder.ts";

export interface Kernel {
  /** A WebAssembly module; `run(bytes, ..pointers, ..scalars)` over `env.memory`, four numbers at a time, in place. */
  readonly module: Uint8Array<ArrayBuffer>;
  /** Names of the vectors in the order of their pointers; an output is written where the input of its name stands. */
  readonly vectors: readonly string[];
  readonly scalars: readonly string[];
}

const rules: Readonly<Record<string, readonly number[]>> = {
  add: o.add,
  subtract: o.subtract,
  multiply: o.multiply,
  divide: o.divide,
  minimum: o.minimum,
  maximum: o.maximum,
  square_root: o.squareRoot,
  negate: o.negate,
  absolute: o.absolute,
};

/**
 * One fused SIMD loop for an elementwise float32 graph: inputs of one axis are vectors, those without axes scalars. Vectors are 16-byte
 * aligned and padded to four numbers. The first argument is their length in bytes.
 */
export function elementwiseKernel(graph: Graph): Kernel {
  const inputs = inputsOf(graph);
  const vectors = inputs.filter(({ type }) => type.shape.length === 1);
  const scalars = inputs.filter(({ type }) => type.shape.length === 0);
  const nodes = nodesOf(graph);
  const parameters = [valueTypes.i32, ...vectors.map(() => valueTypes.i32), ...scalars.map(() => valueTypes.f32)];
  const at = parameters.length;
  const locals = new Map<Value, number>();
  let next = at + 1;
  const local = (value: Value): number => {
    const known = locals.get(value) ?? next++;
    locals.set(value, known);
    return known;
  };
  const get = (index: number) => [...o.localGet, ...unsigned(index)];
  const set = (index: number) => [...o.localSet, ...unsigned(index)];
  const before: number[] = [];
  scalars.forEach((value, i) => {
    before.push(...get(1 + vectors.length + i), ...o.splat, ...set(local(value)));
  });
  for (const leaf of leavesOf(graph)) {
    if (leaf.source.kind !== "constant") continue;
    const number = leaf.source.data[0];
    invariant(typeof number === "number" && leaf.source.data.length === 1, "a kernel's constants are single numbers");
    before.push(...o.f32Const, ...float32(number), ...o.splat, ...set(local(leaf)));
  }
  const address = (i: number) => [...get(1 + i), ...get(at), ...o.i32Add];
  const memory = [4, 0];
  const body: number[] = [];
  vectors.forEach((value, i) => {
    body.push(...address(i), ...o.load, ...memory, ...set(local(value)));
  });
  for (const node of nodes) {
    const rule = rules[node.op];
    const [output] = node.outputs;
    if (rule === undefined || output === undefined) throw new InternalError(`a kernel has no ${node.op}`);
    for (const input of node.inputs) if (input !== undefined) body.push(...get(local(input)));
    body.push(...rule, ...set(local(output)));
  }
  for (const { name, value } of graph.outputs) {
    const i = vectors.findIndex(({ source }) => source.name === name);
    invariant(i >= 0, `the kernel's output ${name} replaces no input`);
    body.push(...address(i), ...get(local(value)), ...o.store, ...memory);
  }
  const code = [
    ...before,
    ...o.block,
    ...o.loop,
    ...[...get(at), ...get(0), ...o.i32GreaterOrEqual, ...o.branchIf, 1],
    ...body,
    ...[...get(at), ...o.i32Const, 16, ...o.i32Add, ...set(at)],
    ...[...o.branch, 0],
    ...o.end,
    ...o.end,
  ];
  const module = moduleOf(
    parameters,
    [
      [1, valueTypes.i32],
      [next - at - 1, valueTypes.v128],
    ],
    code,
  );
  return {
    module,
    vectors: vectors.map(({ source }) => source.name),
    scalars: scalars.map(({ source }) => source.name),
  };
}
