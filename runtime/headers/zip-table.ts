import { type FileWindow, HeaderError } from "./file-window.ts";

/** Of an archive of features; of weights there can be more. */
const mostMembers = 1000;
const endBytes = 22;
const longestComment = 0xffff;
const absent32 = 0xffff_ffff;

/** A file in a zip archive; `offset` is where it begins, with a header of its own. */
export interface Member {
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  /** Of the unpacked bytes. */
  readonly crc: number;
}

/** A file of which parts are read. */
type Parts = Pick<FileWindow, "size" | "bytes">;

/** The members of a zip archive, by the table at its end (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). */
export function* membersOf(file: Parts, most = mostMembers): Generator<Member & { readonly name: string }> {
  const { count, offset, length } = tableOf(file);
  if (count > most) throw new HeaderError(`it has ${count} members; at most ${most} are looked at`);
  let at = offset;
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > offset + length) throw new HeaderError("the table at its end is cut off");
    const head = file.bytes(at, 46);
    if (head.readUInt32LE(0) !== 0x0201_4b50) throw new HeaderError("the table at its end is damaged");
    if ((head.readUInt16LE(8) & 1) !== 0) throw new HeaderError("it is encrypted");
    const nameLength = head.readUInt16LE(28);
    const extraLength = head.readUInt16LE(30);
    const name = file.bytes(at + 46, nameLength).toString("utf8");
    const large = largeSizes(file.bytes(at + 46 + nameLength, extraLength));
    // Sizes beyond 32 bits stand in the extra field, in this order, those that are needed.
    const field = (from: number): number => {
      const value = head.readUInt32LE(from);
      return value === absent32 ? (large.shift() ?? value) : value;
    };
    const size = field(24);
    const packed = field(20);
    yield { name, method: head.readUInt16LE(10), size, packed, offset: field(42), crc: head.readUInt32LE(16) };
    at += 46 + nameLength + extraLength + head.readUInt16LE(32);
  }
}

function largeSizes(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const end = Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2));
    const sizes: number[] = [];
    for (let from = at + 4; from + 8 <= end; from += 8) sizes.push(Number(extra.readBigUInt64LE(from)));
    return sizes;
  }
  return [];
}

/** Where the table of the archive lies: its last record says it. */
function tableOf(file: Parts): { readonly count: number; readonly offset: number; readonly length: number } {
  const length = Math.min(file.size, endBytes + longestComment);
  const tail = file.bytes(file.size - length, length);
  const at = tail.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (at < 0 || at + endBytes > tail.length) throw new HeaderError("it is cut off: the table at its end is missing");
  const table = {
    count: tail.readUInt16LE(at + 10),
    length: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  if (table.offset !== absent32 && table.count !== 0xffff && table.length !== absent32) return within(file, table);
  const locator = at - 20;
  if (locator < 0 || tail.readUInt32LE(locator) !== 0x0706_4b50) return within(file, table);
  const end = file.bytes(Number(tail.readBigUInt64LE(locator + 8)), 56);
  if (end.readUInt32LE(0) !== 0x0606_4b50) throw new HeaderError("the table at its end is damaged");
  return within(file, {
    count: Number(end.readBigUInt64LE(32)),
    length: Number(end.readBigUInt64LE(40)),
    offset: Number(end.readBigUInt64LE(48)),
  });
}

function within<T extends { readonly offset: number; readonly length: number }>({ size }: Parts, table: T): T {
  if (table.offset + table.length > size) throw new HeaderError("it is cut off: the table at its end lies outside");
  return table;
}

/** Where a member's packed bytes begin. */
export function contentStart(file: Parts, { packed, offset }: Member): number {
  const local = file.bytes(offset, 30);
  if (local.readUInt32LE(0) !== 0x0403_4b50) throw new HeaderError("it does not lie where the archive says");
  const from = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (from + packed > file.size) throw new HeaderError("it is cut off");
  return from;
}
