import onnxProto, { type onnx } from "onnx-proto";
import { type Dim, type Polynomial, printDim, sameDim, symbolsOf } from "../../ir/dim.ts";
import type { DType, TensorData } from "../../ir/graph.ts";
import { invariant } from "../../ir/invariant.ts";
import { type OnnxAttribute, type OnnxWriter, onnxDataType } from "../../ops/onnx-writer.ts";

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** Collects nodes and initialisers under unique names that depend on the order of calls alone. */
export class GraphWriter implements OnnxWriter {
  readonly opset: number;
  readonly nodeProtos: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];
  /** Prefix of the names of nodes written from now on. */
  at = "";
  readonly #used = new Set<string>();
  /** The number to try next behind a name that is taken. */
  readonly #tries = new Map<string, number>();
  readonly #constants = new Map<string, string>();
  readonly #arrays = new Map<TensorData, number>();
  readonly #sizes = new Map<string, string>();
  /** For each symbol, an input that has it and at which axis. */
  readonly #symbols: ReadonlyMap<string, { readonly input: string; readonly axis: number }>;

  constructor(opset: number, symbols: ReadonlyMap<string, { readonly input: string; readonly axis: number }>) {
    this.opset = opset;
    this.#symbols = symbols;
  }

  /** Takes a name for itself, with a number behind it if it is taken. */
  claim(wanted: string): string {
    let name = wanted;
    while (this.#used.has(name)) {
      const next = this.#tries.get(wanted) ?? 2;
      name = `${wanted}_${next}`;
      this.#tries.set(wanted, next + 1);
    }
    this.#used.add(name);
    return name;
  }

  node(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const [output] = this.nodes(type, inputs, 1, attributes);
    invariant(output !== undefined, "a node without an output");
    return output;
  }

  nodes(type: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}): readonly string[] {
    const name = this.claim(this.at === "" ? type : `${this.at}/${type}`);
    const names =
      outputs === 1 ? [this.claim(`${name}:0`)] : Array.from({ length: outputs }, (_, i) => this.claim(`${name}:${i}`));
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
    this.nodeProtos.push({ opType: type, name, input: [...inputs], output: names, attribute });
    return names;
  }

  constant(dtype: DType, shape: readonly number[], data: TensorData): string {
    // Small ones are the same if their bytes are, large ones if they are one array.
    const content = data.length <= 64 ? bytesOf(data).join() : `#${this.#arrayNumber(data)}`;
    const key = `${dtype}[${shape}]${content}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.initializer(this.claim("constant"), dtype, shape, data);
    this.#constants.set(key, name);
    return name;
  }

  initializer(name: string, dtype: DType, shape: readonly number[], data: TensorData): string {
    this.initializers.push({ name, dataType: onnxDataType[dtype], dims: [...shape], rawData: bytesOf(data) });
    return name;
  }

  integers(values: readonly number[]): string {
    return this.constant(
      "int64",
      [values.length],
      BigInt64Array.from(values, (value) => BigInt(value)),
    );
  }

  scalar(x: number): string {
    return this.constant("float32", [], Float32Array.of(x));
  }

  sizes(shape: readonly Dim[]): string {
    const known = shape.filter((dim) => typeof dim === "number");
    if (known.length === shape.length) return this.integers(known);
    const parts = shape.map((dim) => this.#size(dim));
    return parts.length === 1 ? (parts[0] ?? "") : this.node("Concat", parts, { axis: 0 });
  }

  reshape(x: string, from: readonly Dim[], to: readonly Dim[]): string {
    const symbolic = to.filter((dim) => typeof dim !== "number");
    if (symbolic.length <= 1)
      return this.#reshapeTo(
        x,
        to.map((dim) => (typeof dim === "number" ? dim : -1)),
      );
    // Zero copies the size at the same place; one size may be left to be worked out.
    const copied = to.map((dim, i) => (typeof dim === "number" ? dim : sameDim(dim, from[i] ?? -1) ? 0 : -1));
    if (copied.filter((size) => size === -1).length <= 1 && !to.includes(0)) return this.#reshapeTo(x, copied);
    return this.node("Reshape", [x, this.sizes(to)]);
  }

  #arrayNumber(data: TensorData): number {
    const number = this.#arrays.get(data) ?? this.#arrays.size;
    this.#arrays.set(data, number);
    return number;
  }

  #reshapeTo(x: string, sizes: readonly number[]): string {
    return this.node("Reshape", [x, this.integers(sizes)]);
  }

  /** A one-dimensional tensor of one size. */
  #size(dim: Dim): string {
    if (typeof dim === "number") return this.integers([dim]);
    const key = printDim(dim);
    const known = this.#sizes.get(key);
    if (known !== undefined) return known;
    const name = this.#symbol(dim) ?? this.#polynomial(dim);
    this.#sizes.set(key, name);
    return name;
  }

  #symbol(dim: Polynomial): string | undefined {
    const [name] = symbolsOf(dim);
    if (name === undefined || printDim(dim) !== name) return undefined;
    const place = this.#symbols.get(name);
    invariant(place !== undefined, `no input of the graph has the size ${name}`);
    return this.nodes("Shape", [place.input], 1, { start: place.axis, end: place.axis + 1 })[0];
  }

  #polynomial(dim: Polynomial): string {
    const terms = dim.terms.map((term) =>
      term.symbols
        .map((name) => this.#size({ terms: [{ coefficient: 1, symbols: [name] }] }))
        .reduce((product, factor) => this.node("Mul", [product, factor]), this.integers([term.coefficient])),
    );
    return terms.reduce((sum, term) => this.node("Add", [sum, term]));
  }
}

function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function attributeProto(name: string, value: OnnxAttribute): onnx.IAttributeProto {
  const { AttributeType } = onnxProto.onnx.AttributeProto;
  if (typeof value === "number") return { name, type: AttributeType.INT, i: value };
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}
