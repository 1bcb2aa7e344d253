/** How numbers stand in a file: floats (f8 of 8 bits by their exponent's and fraction's), whole numbers and truths. */
export type NumberType =
  | "f32"
  | "f64"
  | "f16"
  | "bf16"
  | "f8_e4m3"
  | "f8_e5m2"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "bool";

/** Bytes of one number. */
export const numberWidths: Readonly<Record<NumberType, 1 | 2 | 4 | 8>> = {
  f32: 4,
  f64: 8,
  f16: 2,
  bf16: 2,
  f8_e4m3: 1,
  f8_e5m2: 1,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  bool: 1,
};

/**
 * Bytes of a type as float32, rounded to the nearest where that is narrower. A float32 in the machine's order is not copied: the result may
 * be a view of `bytes`.
 */
export function floatsOfBytes(type: NumberType, bytes: Uint8Array, isBig = false): Float32Array {
  const width = numberWidths[type];
  const own = inOwnOrder(bytes, width, isBig);
  const { buffer, byteOffset } = own;
  const count = own.length / width;
  switch (type) {
    case "f32":
      return new Float32Array(buffer, byteOffset, count);
    case "f64":
      return Float32Array.from(new Float64Array(buffer, byteOffset, count));
    case "f16":
      return lookedUp(new Uint16Array(buffer, byteOffset, count), tableOf(type, 16));
    case "bf16": {
      const words = new Uint32Array(count);
      const halves = new Uint16Array(buffer, byteOffset, count);
      // It is the upper half of a float32.
      for (let i = 0; i < count; i += 1) words[i] = (halves[i] ?? 0) << 16;
      return new Float32Array(words.buffer);
    }
    case "f8_e4m3":
    case "f8_e5m2":
      return lookedUp(own, tableOf(type, 8));
    case "i8":
      return Float32Array.from(new Int8Array(buffer, byteOffset, count));
    case "i16":
      return Float32Array.from(new Int16Array(buffer, byteOffset, count));
    case "i32":
      return Float32Array.from(new Int32Array(buffer, byteOffset, count));
    case "u16":
      return Float32Array.from(new Uint16Array(buffer, byteOffset, count));
    case "u32":
      return Float32Array.from(new Uint32Array(buffer, byteOffset, count));
    case "i64":
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case "u64":
      return Float32Array.from(new BigUint64Array(buffer, byteOffset, count), Number);
    case "u8":
    case "bool":
      return Float32Array.from(own);
  }
}

/** The same bytes where a typed array of that width can begin, lowest byte first. */
function inOwnOrder(bytes: Uint8Array, width: 1 | 2 | 4 | 8, isBig: boolean): Uint8Array {
  if (width === 1 || (!isBig && bytes.byteOffset % width === 0)) return bytes;
  const copy = Buffer.from(new Uint8Array(bytes).buffer);
  if (!isBig) return copy;
  return width === 2 ? copy.swap16() : width === 4 ? copy.swap32() : copy.swap64();
}

function lookedUp(codes: Uint16Array | Uint8Array, table: Float32Array): Float32Array {
  const numbers = new Float32Array(codes.length);
  for (let i = 0; i < numbers.length; i += 1) numbers[i] = table[codes[i] ?? 0] ?? 0;
  return numbers;
}

interface Layout {
  readonly exponent: number;
  readonly fraction: number;
  readonly hasInfinity: boolean;
}

/** Bits of exponent and fraction. E4M3 has no infinities: only all ones are no number (arXiv 2209.05433). */
const layouts: Readonly<Record<"f16" | "f8_e5m2" | "f8_e4m3", Layout>> = {
  f16: { exponent: 5, fraction: 10, hasInfinity: true },
  f8_e5m2: { exponent: 5, fraction: 2, hasInfinity: true },
  f8_e4m3: { exponent: 4, fraction: 3, hasInfinity: false },
};

const tables = new Map<string, Float32Array>();

/** The number of every code. */
function tableOf(type: keyof typeof layouts, bits: 8 | 16): Float32Array {
  const known = tables.get(type);
  if (known !== undefined) return known;
  const layout = layouts[type];
  const table = new Float32Array(2 ** bits);
  for (let code = 0; code < table.length; code += 1) table[code] = numberOf(code, layout);
  tables.set(type, table);
  return table;
}

/** IEEE 754: sign, biased exponent, fraction. */
function numberOf(code: number, { exponent: width, fraction: digits, hasInfinity }: Layout): number {
  const sign = code >> (width + digits) === 0 ? 1 : -1;
  const most = 2 ** width - 1;
  const exponent = (code >> digits) & most;
  const fraction = code & (2 ** digits - 1);
  const bias = 2 ** (width - 1) - 1;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - digits);
  if (exponent === most && hasInfinity) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === most && fraction === 2 ** digits - 1) return Number.NaN;
  return sign * (1 + fraction / 2 ** digits) * 2 ** (exponent - bias);
}
