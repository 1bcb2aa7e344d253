import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { floatsOfBytes, type NumberType, numberWidths } from "../checkpoints/number-types.ts";
import { insideFolder } from "../data/inside-folder.ts";
import { externalData } from "../headers/external-data.ts";
import { FileWindow, HeaderError } from "../headers/file-window.ts";
import { readOnnx } from "../headers/onnx-header.ts";
import { type Field, type Part, ProtobufFields } from "../headers/protobuf-fields.ts";
import { OpenFile } from "./open-file.ts";
import type { WeightFile, WeightTensor } from "./weight-file.ts";

/** TensorProto.DataType, and the field that has its numbers where they are not raw bytes (float_data, int32_data, int64_data, ..). */
const types: Readonly<Record<number, { readonly type: NumberType; readonly field: 4 | 5 | 7 | 10 | 11 }>> = {
  1: { type: "f32", field: 4 },
  2: { type: "u8", field: 5 },
  3: { type: "i8", field: 5 },
  4: { type: "u16", field: 5 },
  5: { type: "i16", field: 5 },
  6: { type: "i32", field: 5 },
  7: { type: "i64", field: 7 },
  9: { type: "bool", field: 5 },
  10: { type: "f16", field: 5 },
  11: { type: "f64", field: 10 },
  12: { type: "u32", field: 11 },
  13: { type: "u64", field: 11 },
  16: { type: "bf16", field: 5 },
};
const mostAxes = 64;

interface Initialiser extends WeightTensor {
  /** The file that has the bytes, undefined for the model itself. */
  readonly file: string | undefined;
  readonly part: Part;
}

/** The initialisers of an ONNX graph, by their names; numbers beside the model lie within its folder. */
export function onnxWeights(path: string, file: OpenFile): WeightFile {
  const found = FileWindow.over(path, (window) => {
    // Whatever else is wrong with the model is told as it is where it is used as a network.
    readOnnx(window);
    return new Initialisers(window, path).all();
  });
  return {
    kind: "ONNX",
    tensors: found,
    boxes: [],
    others: [],
    classes: [],
    read: (name) => {
      const tensor = found.get(name);
      if (tensor === undefined) throw new HeaderError(`it has no initialiser ${name}`);
      const { from, to } = tensor.part;
      if (tensor.file === undefined) return floatsOfBytes(tensor.type, file.bytes(from, to - from));
      const beside = new OpenFile(tensor.file);
      try {
        return floatsOfBytes(tensor.type, beside.bytes(from, to - from));
      } finally {
        beside.close();
      }
    },
    close: () => file.close(),
  };
}

class Initialisers {
  readonly #fields: ProtobufFields;
  readonly #size: number;
  readonly #path: string;

  constructor(window: FileWindow, path: string) {
    this.#fields = new ProtobufFields(window);
    this.#size = window.size;
    this.#path = path;
  }

  all(): ReadonlyMap<string, Initialiser> {
    const tensors = new Map<string, Initialiser>();
    for (const field of this.#fields.of({ from: 0, to: this.#size })) {
      if (field.number !== 7) continue;
      for (const each of this.#fields.of(field)) {
        if (each.number !== 5) continue;
        const [name, tensor] = this.#tensor(each);
        if (tensors.has(name)) throw new HeaderError(`it has the initialiser ${JSON.stringify(name)} twice`);
        if (tensor !== undefined) tensors.set(name, tensor);
      }
    }
    return tensors;
  }

  /** Undefined where its numbers are of a kind that no weights are, such as texts. */
  #tensor(part: Part): [string, Initialiser | undefined] {
    let name = "";
    let code = 0;
    const shape: number[] = [];
    const held = new Map<number, Part>();
    const outside = new Map<string, string>();
    for (const field of this.#fields.of(part)) {
      if (field.number === 1) shape.push(...this.#sizes(field));
      else if (field.number === 2) code = field.value;
      else if (field.number === 8) name = this.#fields.text(field);
      else if (field.number === 13) outside.set(...this.#fields.entry(field));
      else held.set(field.number, field);
      if (shape.length > mostAxes) throw new HeaderError(`an initialiser of it has more than ${mostAxes} axes`);
    }
    const known = Object.hasOwn(types, code) ? types[code] : undefined;
    if (known === undefined) return [name, undefined];
    const { type, field } = known;
    const bytes = shape.reduce((product, size) => product * size, 1) * numberWidths[type];
    const told = JSON.stringify(name.slice(0, 100));
    if (outside.has("location")) {
      const count = shape.reduce((product, size) => product * size, 1);
      const { location, from, length } = externalData(name, code, count, outside);
      return [name, { shape, type, file: this.#beside(location, told), part: { from, to: from + length } }];
    }
    const raw = held.get(9);
    const typed = held.get(field);
    // Numbers of 16 bits or less that are not raw stand one by one; exporters do not write weights so.
    if (raw === undefined && typed === undefined && bytes > 0) throw new HeaderError(`its ${told} has no numbers`);
    if (raw === undefined && typed !== undefined && field !== 4 && field !== 10) return [name, undefined];
    const place = raw ?? typed ?? { from: 0, to: 0 };
    if (place.to - place.from !== bytes)
      throw new HeaderError(`its ${told} is [${shape.join(", ")}] and has ${place.to - place.from} bytes`);
    return [name, { shape, type, file: undefined, part: place }];
  }

  #sizes(field: Field): readonly number[] {
    const sizes: number[] = [];
    for (const size of this.#fields.integers(field)) {
      if (!Number.isSafeInteger(size) || sizes.length >= mostAxes)
        throw new HeaderError("an initialiser of it has a size below 0 or beyond reason, or too many");
      sizes.push(size);
    }
    return sizes;
  }

  #beside(location: string, told: string): string {
    const path = insideFolder(dirname(this.#path), location);
    if (path === undefined)
      throw new HeaderError(`the numbers of ${told} are in ${JSON.stringify(location)}, outside of its folder`);
    if (!existsSync(path))
      throw new HeaderError(`the numbers of ${told} are in ${JSON.stringify(location)}, which is not there`);
    return path;
  }
}
