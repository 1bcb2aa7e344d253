import { StoredError } from "./stored-numbers.ts";

/** Half precision (IEEE 754), from its 16 bits. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

type Read = (view: DataView, at: number, little: boolean) => number;

const readers: Readonly<Record<string, Read>> = {
  f2: (view, at, little) => half(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => view.getUint8(at),
};

/** Bytes of a type of NumPy, such as `<f4`, as float32. */
export function floatsOf(type: string, bytes: Uint8Array): Float32Array {
  const [order, code] = [type.charAt(0), type.slice(1)];
  const read = readers[code];
  const width = Number(code.slice(1));
  if (read === undefined || bytes.length % width !== 0) throw new StoredError(`it has numbers of the type ${type}`);
  if (code === "f4" && order !== ">" && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / width }, (_, i) => read(view, i * width, order !== ">"));
}

/** Texts of NumPy, `<U12` or `|S12`, each of so many letters at most. */
export function textsOf(type: string, bytes: Uint8Array): readonly string[] | undefined {
  const found = /^([<>|=])([US])(\d+)$/.exec(type);
  if (found === null) return undefined;
  const [, order, kind, count] = found;
  const letters = Number(count);
  const width = kind === "U" ? 4 * letters : letters;
  if (width === 0 || bytes.length % width !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / width }, (_, i) => {
    if (kind === "S") return new TextDecoder().decode(bytes.subarray(i * width, (i + 1) * width)).replace(/\0+$/, "");
    const points = Array.from({ length: letters }, (_, k) => view.getUint32(i * width + 4 * k, order !== ">"));
    return points
      .filter((point) => point > 0 && point <= 0x10ffff)
      .map((point) => String.fromCodePoint(point))
      .join("");
  });
}
