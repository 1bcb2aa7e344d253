import type { ArrayHeader } from "../../compiler/check/file-header.ts";
import { type FileWindow, HeaderError } from "./file-window.ts";

/** Where an object of an HDF5 file begins. */
export type Place = number;

export interface Message {
  readonly type: number;
  readonly from: number;
  readonly to: number;
}

/** A reference that leads nowhere has all bits set. */
const nowhere = 0xffff_ffff_ffff_ffffn;
const mostMessages = 4096;

export const messageTypes = {
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  link: 6,
  continuation: 16,
  symbolTable: 17,
} as const;

/** An address or a length. */
export function placeAt(file: FileWindow, from: number): Place | undefined {
  const value = file.bytes(from, 8).readBigUInt64LE();
  if (value === nowhere) return undefined;
  if (value > BigInt(file.size)) throw new HeaderError(`a reference in it leads outside, to ${value}`);
  return Number(value);
}

/** The messages of an object's header, of both versions, continued or not. */
export function messagesOf(file: FileWindow, object: Place): readonly Message[] {
  const isNew = file.bytes(object, 4).toString("latin1") === "OHDR";
  const messages: Message[] = [];
  const blocks: { readonly from: number; readonly to: number }[] = [];
  const read = isNew ? newer(file, object) : older(file, object);
  blocks.push(read.block);
  for (let i = 0; i < blocks.length; i += 1) {
    const { from, to } = blocks[i] ?? { from: 0, to: 0 };
    for (let at = from; at + read.headBytes <= to; ) {
      const head = file.bytes(at, read.headBytes);
      const type = isNew ? head.readUInt8(0) : head.readUInt16LE(0);
      const length = head.readUInt16LE(isNew ? 1 : 2);
      const start = at + read.headBytes;
      if (start + length > to) throw new HeaderError(`a header in it, at ${object}, is damaged`);
      messages.push({ type, from: start, to: start + length });
      if (messages.length > mostMessages) throw new HeaderError(`a header in it has more than ${mostMessages} parts`);
      if (type === messageTypes.continuation) {
        const next = placeAt(file, start);
        const size = placeAt(file, start + 8) ?? 0;
        if (next !== undefined)
          blocks.push(isNew ? { from: next + 4, to: next + size - 4 } : { from: next, to: next + size });
      }
      at = start + length;
    }
  }
  return messages;
}

interface Head {
  readonly headBytes: number;
  readonly block: { readonly from: number; readonly to: number };
}

function older(file: FileWindow, object: Place): Head {
  const head = file.bytes(object, 16);
  if (head.readUInt8(0) !== 1) throw new HeaderError(`what is at ${object} is not an object of HDF5`);
  return { headBytes: 8, block: { from: object + 16, to: object + 16 + head.readUInt32LE(8) } };
}

function newer(file: FileWindow, object: Place): Head {
  const flags = file.bytes(object, 6).readUInt8(5);
  const width = 1 << (flags & 3);
  const sizeAt = object + 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4);
  const size = file.bytes(sizeAt, width).readUIntLE(0, Math.min(width, 6));
  const from = sizeAt + width;
  return { headBytes: (flags & 4) === 0 ? 4 : 6, block: { from, to: from + size } };
}

/** What an object says of its numbers, if it is an array. */
export function arrayOf(file: FileWindow, object: Place): ArrayHeader | undefined {
  const messages = messagesOf(file, object);
  const space = messages.find(({ type }) => type === messageTypes.dataspace);
  const type = messages.find((each) => each.type === messageTypes.datatype);
  if (space === undefined || type === undefined) return undefined;
  return { shape: sizesOf(file, space), ...typeOf(file, type) };
}

function sizesOf(file: FileWindow, { from, to }: Message): readonly number[] {
  const head = file.bytes(from, 4);
  const version = head.readUInt8(0);
  if (version !== 1 && version !== 2) throw new HeaderError(`the shape of an array in it has the version ${version}`);
  const rank = head.readUInt8(1);
  const start = from + (version === 1 ? 8 : 4);
  if (start + 8 * rank > to) throw new HeaderError("the shape of an array in it is damaged");
  return Array.from({ length: rank }, (_, i) => Number(file.bytes(start + 8 * i, 8).readBigUInt64LE()));
}

const integers = 0;
const floats = 1;
const texts = 3;

function typeOf(file: FileWindow, { from }: Message): Pick<ArrayHeader, "type" | "numeric"> {
  const head = file.bytes(from, 8);
  const kind = head.readUInt8(0) & 0x0f;
  const bits = 8 * head.readUInt32LE(4);
  if (kind === floats) return { type: `float${bits}`, numeric: true };
  return kind === integers
    ? { type: `int${bits}`, numeric: true }
    : { type: kind === texts ? "text" : `class ${kind} of HDF5`, numeric: false };
}
