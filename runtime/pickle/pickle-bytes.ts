import { PickleCut, PickleError } from "./pickled.ts";

const newline = 0x0a;
/** Python writes whole numbers of more digits too, and no file of numbers needs them. */
const longestNumber = 16;

/** Bytes that are read one after the other; all numbers are little-endian but the float of 8 bytes. */
export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  /** How far it is read. */
  get at(): number {
    return this.#at;
  }

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next bytes, as a view. */
  take(count: number): Uint8Array {
    const from = this.#at;
    if (count > this.#bytes.length - from) throw new PickleCut();
    this.#at += count;
    return this.#bytes.subarray(from, this.#at);
  }

  unsigned(width: 1 | 2): number {
    const from = this.#at;
    this.take(width);
    return width === 1 ? this.#view.getUint8(from) : this.#view.getUint16(from, true);
  }

  /** How much follows. */
  size(width: 4 | 8): number {
    const from = this.#at;
    this.take(width);
    const count = width === 4 ? this.#view.getUint32(from, true) : Number(this.#view.getBigUint64(from, true));
    if (width === 8 && count > this.#bytes.length) throw new PickleCut();
    return count;
  }

  signed4(): number {
    const from = this.#at;
    this.take(4);
    return this.#view.getInt32(from, true);
  }

  float8(): number {
    const from = this.#at;
    this.take(8);
    return this.#view.getFloat64(from, false);
  }

  /** A whole number in two's complement. */
  long(width: number): number | bigint {
    if (width > longestNumber) throw new PickleError(`a whole number in it has ${width} bytes`);
    const bytes = this.take(width);
    let value = 0n;
    for (let i = width - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes[i] ?? 0);
    const signed = BigInt.asIntN(8 * width, value);
    return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(signed)
      : signed;
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  /** Up to the end of a line: a letter for each byte. */
  line(): string {
    const end = this.#bytes.indexOf(newline, this.#at);
    if (end < 0) throw new PickleCut();
    const text = Buffer.from(this.#bytes.subarray(this.#at, end)).toString("latin1");
    this.#at = end + 1;
    return text;
  }
}
