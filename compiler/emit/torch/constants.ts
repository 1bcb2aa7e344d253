import type { Dim } from "../../ir/dim.ts";
import type { TensorData, TensorType, Value } from "../../ir/graph.ts";
import { call, method, named, type Python, pythonNumber, torchTypes } from "../../ops/torch-text.ts";

/** So many numbers are written out; more go into a file. */
const writtenOut = 64;

/** A constant that is a file's tensor, by the name it has there. */
export interface FileConstant {
  readonly type: TensorType;
  readonly data: TensorData;
}

/** Constants of a model: the small ones as text, the large ones by name in one file. */
export class Constants {
  readonly inFile = new Map<string, FileConstant>();
  readonly #names = new Map<TensorData, string>();

  text(value: Value): Python | undefined {
    const { source, type } = value;
    if (source.kind !== "constant") return undefined;
    const { data } = source;
    if (data.length > writtenOut) {
      const name = this.#names.get(data) ?? `constant.${this.#names.size}`;
      this.#names.set(data, name);
      this.inFile.set(name, { type, data });
      return call("constant", JSON.stringify(name));
    }
    const numbers: string[] = [];
    for (const x of data) numbers.push(literal(x, type));
    const dtype = type.dtype === "float32" ? [] : [named("dtype", torchTypes[type.dtype])];
    if (type.shape.length === 0) return call("torch.tensor", numbers[0], ...dtype);
    const flat = call("torch.tensor", `[${numbers.join(", ")}]`, ...dtype);
    return type.shape.length === 1 ? flat : method(flat, "reshape", ...type.shape.map((dim: Dim) => String(dim)));
  }
}

function literal(x: number | bigint, { dtype }: TensorType): string {
  if (dtype === "bool") return Number(x) === 0 ? "False" : "True";
  return dtype === "float32" ? pythonNumber(Number(x)) : String(x);
}
