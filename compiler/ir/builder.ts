import { printShape } from "./dim.ts";
import type { Attribute, Attributes, DType, InputRole, Node, TensorData, TensorType, Value } from "./graph.ts";
import { InternalError } from "./invariant.ts";

/** What the builder must know of ops: how many outputs one gives, and of what type. */
export interface OpRules {
  infer(op: string, inputs: readonly (TensorType | undefined)[], attributes: Attributes): readonly TensorType[];
}

let lastId = 0;

/** Makes values. Two applications of one op to the same inputs with the same attributes are one node. */
export class GraphBuilder {
  readonly #rules: OpRules;
  readonly #nodes = new Map<string, Node>();
  readonly #constants = new Map<string, Value>();
  readonly #inputs = new Map<string, Value>();
  readonly #ids = new Map<TensorData, number>();
  /** Every application so far, those that were one with an earlier one too. */
  readonly applied: Node[] = [];
  /** Recorded on every node made from now on. */
  at = "";

  constructor(rules: OpRules) {
    this.#rules = rules;
  }

  /** An input; the same name gives the same value. */
  input(role: InputRole, name: string, type: TensorType): Value {
    const key = `${role} ${name}`;
    const known = this.#inputs.get(key);
    if (known !== undefined) {
      if (printType(known.type) !== printType(type)) {
        throw new InternalError(`input ${key} is ${printType(known.type)} and ${printType(type)}`);
      }
      return known;
    }
    const value: Value = { id: ++lastId, type, source: { kind: "input", role, name } };
    this.#inputs.set(key, value);
    return value;
  }

  /** A constant tensor; small equal constants are one value. */
  constant(dtype: DType, shape: readonly number[], data: TensorData, name?: string): Value {
    // By bytes, since 0 and -0 are equal but not the same.
    const content =
      data.length <= 64 && name === undefined
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join()
        : `#${this.#dataId(data)}`;
    const key = `${dtype}${printShape(shape)}${content}${name ?? ""}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const value: Value = {
      id: ++lastId,
      type: { dtype, shape },
      source: name === undefined ? { kind: "constant", data } : { kind: "constant", data, name },
    };
    this.#constants.set(key, value);
    return value;
  }

  scalar(x: number): Value {
    return this.constant("float32", [], Float32Array.of(x));
  }

  /** Applies an op; throws ConstraintFailure if its shape rule refuses. */
  apply(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): readonly Value[] {
    const key = nodeKey(op, inputs, attributes);
    const known = this.#nodes.get(key);
    if (known !== undefined) return this.#note(known);
    const types = this.#rules.infer(
      op,
      inputs.map((value) => value?.type),
      attributes,
    );
    return this.#make(key, op, inputs, attributes, types);
  }

  /** Applies what was applied before, here or in another graph, to other values of the same types: its shape rule is not asked. */
  again(before: Node, inputs: readonly (Value | undefined)[], attributes: Attributes, at: string): readonly Value[] {
    const key = nodeKey(before.op, inputs, attributes);
    const known = this.#nodes.get(key);
    if (known !== undefined) return this.#note(known);
    this.at = at;
    const types = before.outputs.map(({ type }) => type);
    return this.#make(key, before.op, inputs, attributes, types);
  }

  #note(node: Node): readonly Value[] {
    this.applied.push(node);
    return node.outputs;
  }

  #make(
    key: string,
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    types: readonly TensorType[],
  ): readonly Value[] {
    const outputs: Value[] = [];
    const node: Node = { op, inputs, attributes, outputs, at: this.at };
    types.forEach((type, output) => {
      outputs.push({ id: ++lastId, type, source: { kind: "node", node, output } });
    });
    this.#nodes.set(key, node);
    return this.#note(node);
  }

  #dataId(data: TensorData): number {
    const known = this.#ids.get(data);
    if (known !== undefined) return known;
    this.#ids.set(data, ++lastId);
    return lastId;
  }
}

export function printType(type: TensorType): string {
  return `${type.dtype}${printShape(type.shape)}`;
}

function nodeKey(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes): string {
  return `${op}(${inputs.map((value) => value?.id ?? "").join()})${printAttributes(attributes)}`;
}

/** Attributes as text, in the order of their names. */
export function printAttributes(attributes: Attributes): string {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return "";
  return `{${names.map((name) => `${name}: ${printAttribute(attributes[name])}`).join(", ")}}`;
}

function printAttribute(value: Attribute | undefined): string {
  return typeof value === "object" ? printShape(value) : String(value);
}
