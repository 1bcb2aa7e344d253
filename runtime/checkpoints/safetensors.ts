import { closeSync, fstatSync, openSync } from "node:fs";
import type { Tensor, Tensors } from "../engines/engine.ts";
import { isDenied } from "./is-denied.ts";
import { nestsDeeper } from "./nesting.ts";
import { floatsOfBytes, type NumberType, numberWidths } from "./number-types.ts";
import { readBytes } from "./read-bytes.ts";
import { writeAtomically } from "./write-atomically.ts";

/** A weight file that cannot be used, with the file and why. */
export class WeightFileError extends Error {
  readonly reason: string;
  /** What to do about it, where that is more than to get the file anew. */
  readonly repair: string | undefined;

  constructor(file: string, reason: string, options?: ErrorOptions & { readonly repair?: string | undefined }) {
    super(`${file}: ${reason}${options?.repair === undefined ? "" : `; ${options.repair}`}`, options);
    this.reason = reason;
    this.repair = options?.repair;
    this.name = "WeightFileError";
  }
}

export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes of the data part, from and to. */
  readonly offsets: readonly [number, number];
}

export interface Header {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the data part begins. */
  readonly dataStart: number;
}

const headerLimit = 100 << 20;
/** A header is a map of maps with lists. */
const deepest = 3;
/** No tensor has more axes, and no name more letters: all prefixes of a name can be looked through for one that is near. */
const mostAxes = 64;
const longestName = 1024;
/** Names of types (https://github.com/huggingface/safetensors). */
export const safetensorsTypes: ReadonlyMap<string, NumberType> = new Map([
  ["F32", "f32"],
  ["F64", "f64"],
  ["F16", "f16"],
  ["BF16", "bf16"],
  ["F8_E4M3", "f8_e4m3"],
  ["F8_E5M2", "f8_e5m2"],
  ["I8", "i8"],
  ["I16", "i16"],
  ["I32", "i32"],
  ["I64", "i64"],
  ["U8", "u8"],
  ["U16", "u16"],
  ["U32", "u32"],
  ["U64", "u64"],
  ["BOOL", "bool"],
]);

/**
 * Writes tensors in the safetensors format (https://github.com/huggingface/safetensors): names sorted, so that equal tensors give equal
 * bytes; the file appears whole or not at all.
 */
export function writeSafetensors(path: string, tensors: Tensors, metadata: Readonly<Record<string, string>>): void {
  const pieces = new Map(
    [...tensors].map(([name, tensor]): [string, TensorPiece] => {
      const { data, shape } = tensor;
      const { byteLength } = data;
      const bytes = () => new Uint8Array(data.buffer, data.byteOffset, byteLength);
      return [name, { dtype: dtypeOf(tensor), shape, byteLength, bytes }];
    }),
  );
  writeSafetensorsPieces(path, pieces, metadata);
}

/** A tensor whose bytes are had when they are written. */
export interface TensorPiece {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
  readonly bytes: () => Uint8Array;
}

/** The same of tensors that are read one by one while the file is written. */
export function writeSafetensorsPieces(
  path: string,
  pieces: ReadonlyMap<string, TensorPiece>,
  metadata: Readonly<Record<string, string>>,
): void {
  const sorted = [...pieces].sort(([a], [b]) => (a < b ? -1 : 1));
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header["__metadata__"] = metadata;
  let end = 0;
  for (const [name, { dtype, shape, byteLength }] of sorted) {
    header[name] = { dtype, shape, data_offsets: [end, end + byteLength] };
    end += byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(padded.length), true);
  writeAtomically(path, inTurn([size, padded], sorted));
}

function* inTurn(front: readonly Uint8Array[], sorted: readonly (readonly [string, TensorPiece])[]) {
  yield* front;
  for (const [, { bytes }] of sorted) yield bytes();
}

function dtypeOf({ dtype }: Tensor): string {
  const names = { float32: "F32", int32: "I32", int64: "I64", uint8: "U8", bool: "BOOL" } as const;
  return names[dtype];
}

/** Reads a header alone. Everything in it is looked at before anything is allocated for the data. */
export function readHeader(path: string): Header {
  const file = open(path);
  try {
    return headerOf(file, path);
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (problem) {
    throw new WeightFileError(path, isDenied(problem) ? "there is no permission to read it" : "there is no such file");
  }
}

function headerOf(file: number, path: string): Header {
  const refuse = (reason: string): never => {
    throw new WeightFileError(path, reason);
  };
  const { size } = fstatSync(file);
  if (size < 8) refuse("it is too short to be a safetensors file");
  const length = Number(new DataView(bytesAt(file, 0, 8, path)).getBigUint64(0, true));
  if (length > headerLimit || length + 8 > size)
    refuse(`its header claims ${length} bytes, more than the file or the limit of ${headerLimit}`);
  const bytes = Buffer.from(bytesAt(file, 8, length, path));
  if (nestsDeeper(bytes, deepest)) refuse("its header nests deeper than one of safetensors");
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch {
    return refuse("its header is not JSON");
  }
  if (!isRecord(json)) return refuse("its header is no map");
  const dataSize = size - 8 - length;
  const tensors = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === "__metadata__") {
      metadata = Object.fromEntries(
        Object.entries(isRecord(value) ? value : {}).filter(
          (entry): entry is [string, string] => typeof entry[1] === "string",
        ),
      );
      continue;
    }
    if (name.length > longestName) refuse(`a name in it has ${name.length} letters`);
    const entry = entryOf(value);
    if (entry === undefined)
      return refuse(`its header describes ${JSON.stringify(name)} in a way that is not understood`);
    const type = safetensorsTypes.get(entry.dtype);
    const width = type === undefined ? undefined : numberWidths[type];
    const count = entry.shape.reduce((product, dim) => product * dim, 1);
    const [from, to] = entry.offsets;
    if (width === undefined) refuse(`${JSON.stringify(name)} has the type ${entry.dtype}, which is not read`);
    if (!Number.isSafeInteger(count) || from < 0 || to < from || to > dataSize || to - from !== count * (width ?? 0)) {
      refuse(`${JSON.stringify(name)} does not lie within the file as its shape says`);
    }
    tensors.set(name, entry);
  }
  const places = [...tensors.values()].map(({ offsets }) => offsets).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  places.forEach(([from], i) => {
    if (i > 0 && from < (places[i - 1]?.[1] ?? 0)) refuse("two of its tensors overlap");
  });
  return { tensors, metadata, dataStart: 8 + length };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entryOf(value: unknown): TensorEntry | undefined {
  if (!isRecord(value)) return undefined;
  const { dtype, shape, data_offsets: offsets } = value;
  const whole = (each: unknown): each is number => typeof each === "number" && Number.isSafeInteger(each) && each >= 0;
  if (typeof dtype !== "string" || !Array.isArray(shape) || !shape.every(whole) || !Array.isArray(offsets))
    return undefined;
  const [from, to]: readonly unknown[] = offsets;
  return shape.length <= mostAxes && whole(from) && whole(to) ? { dtype, shape, offsets: [from, to] } : undefined;
}

function bytesAt(file: number, from: number, length: number, path: string): ArrayBuffer {
  return readBytes(file, from, length, () => new WeightFileError(path, "it ends too early")).buffer;
}

/** Reads the tensors that are wanted (all without a list): as they are where a graph has such a type, else as float32. */
export function readSafetensors(
  path: string,
  wanted?: ReadonlySet<string>,
): { readonly tensors: Tensors; readonly header: Header } {
  const file = open(path);
  try {
    const header = headerOf(file, path);
    const tensors = new Map<string, Tensor>();
    for (const [name, { dtype, shape, offsets }] of header.tensors) {
      if (wanted !== undefined && !wanted.has(name)) continue;
      const bytes = bytesAt(file, header.dataStart + offsets[0], offsets[1] - offsets[0], path);
      tensors.set(name, decode(dtype, shape, bytes));
    }
    return { tensors, header };
  } finally {
    closeSync(file);
  }
}

function decode(dtype: string, shape: readonly number[], bytes: ArrayBuffer): Tensor {
  switch (dtype) {
    case "I64":
      return { dtype: "int64", shape, data: new BigInt64Array(bytes) };
    case "I32":
      return { dtype: "int32", shape, data: new Int32Array(bytes) };
    case "BOOL":
    case "U8":
      return { dtype: dtype === "BOOL" ? "bool" : "uint8", shape, data: new Uint8Array(bytes) };
    default: {
      const type = safetensorsTypes.get(dtype) ?? "f32";
      return { dtype: "float32", shape, data: floatsOfBytes(type, new Uint8Array(bytes)) };
    }
  }
}
