import { type FileWindow, HeaderError } from "./file-window.ts";

/** One field of a message: its number, and its value, or where its bytes lie. */
export interface Field {
  readonly number: number;
  readonly value: number;
  /** Whether it has bytes of its own: a message, a text, or numbers one after the other. */
  readonly isPart: boolean;
  readonly from: number;
  readonly to: number;
}

/** A part of a file that is a message. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** A network of a thousand layers has some 50,000. */
const mostFields = 1_000_000;

/** Walks the fields of messages in a file (https://protobuf.dev/programming-guides/encoding/) and steps over their bytes. */
export class ProtobufFields {
  readonly file: FileWindow;
  #seen = 0;

  constructor(file: FileWindow) {
    this.file = file;
  }

  *of({ from, to }: Part): Generator<Field> {
    for (let at = from; at < to; ) {
      this.#count();
      const key = this.#varint(at, to);
      const number = Math.floor(key.value / 8);
      if (number === 0) throw new HeaderError(`its bytes at ${at} have no meaning`);
      const wire = key.value % 8;
      const head = wire === 0 || wire === 2 ? this.#varint(key.next, to) : undefined;
      const start = wire === 2 && head !== undefined ? head.next : key.next;
      const end =
        wire === 0
          ? head?.next
          : wire === 1
            ? start + 8
            : wire === 2
              ? start + (head?.value ?? 0)
              : wire === 5
                ? start + 4
                : undefined;
      if (end === undefined) throw new HeaderError(`its bytes at ${at} have no meaning`);
      if (end > to)
        throw new HeaderError(
          `it is cut off or damaged: a part at ${start} ends at ${end}, and what it is in at ${to}`,
        );
      yield { number, value: wire === 0 ? (head?.value ?? 0) : 0, isPart: wire === 2, from: start, to: end };
      at = end;
    }
  }

  /** A text of a field; a name has no more than a kilobyte. */
  text({ from, to }: Part): string {
    if (to - from > 1024) throw new HeaderError(`a name in it has ${to - from} bytes`);
    return this.file.bytes(from, to - from).toString("utf8");
  }

  /** A pair of `key` and `value`, as StringStringEntryProto has them. */
  entry(part: Part): [key: string, value: string] {
    let key = "";
    let value = "";
    for (const field of this.of(part)) {
      if (field.number === 1) key = this.text(field);
      if (field.number === 2) value = this.text(field);
    }
    return [key, value];
  }

  /** Whole numbers of a field that may be repeated, or hold them one after the other. */
  *integers(field: Field): Generator<number> {
    if (!field.isPart) {
      yield field.value;
      return;
    }
    for (let at = field.from; at < field.to; ) {
      this.#count();
      const { value, next } = this.#varint(at, field.to);
      yield value;
      at = next;
    }
  }

  #count(): void {
    this.#seen += 1;
    if (this.#seen > mostFields) throw new HeaderError(`it describes more than ${mostFields} things`);
  }

  #varint(at: number, to: number): { readonly value: number; readonly next: number } {
    let value = 0;
    for (let i = 0; i < 10 && at + i < to; i += 1) {
      const byte = this.file.bytes(at + i, 1).readUInt8();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return { value, next: at + i + 1 };
    }
    throw new HeaderError(`its bytes at ${at} have no meaning`);
  }
}
