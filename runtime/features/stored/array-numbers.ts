import { floatsOfBytes, numberWidths } from "../../checkpoints/number-types.ts";
import { numpyTypes } from "../../checkpoints/numpy-types.ts";
import { StoredError } from "./stored-numbers.ts";

/** Bytes of a type of NumPy, such as `<f4`, as float32. */
export function floatsOf(type: string, bytes: Uint8Array): Float32Array {
  const [order, code] = [type.charAt(0), type.slice(1)];
  const known = numpyTypes.get(code);
  if (known === undefined || bytes.length % numberWidths[known] !== 0)
    throw new StoredError(`it has numbers of the type ${type}`);
  const floats = floatsOfBytes(known, bytes, order === ">");
  // A view would keep the whole file in memory.
  return floats.buffer === bytes.buffer ? floats.slice() : floats;
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
