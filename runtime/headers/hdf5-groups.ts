import { type FileWindow, HeaderError } from "./file-window.ts";
import { type Message, messagesOf, messageTypes, type Place, placeAt } from "./hdf5-messages.ts";
import { UnreadHeader } from "./unread-header.ts";

/** The first block of an HDF5 file: where it ends, and its outermost group. */
export function superblockOf(file: FileWindow): { readonly end: number; readonly root: Place } {
  const version = file.bytes(8, 1).readUInt8();
  if (version > 3) throw new HeaderError(`its version is ${version}; up to 3 are known`);
  const old = version < 2;
  const [offsets, lengths] = file.bytes(old ? 13 : 9, 2);
  if (offsets !== 8 || lengths !== 8)
    throw new UnreadHeader(`its references have ${offsets} bytes; those of 8 are read`);
  const first = version === 1 ? 28 : old ? 24 : 12;
  const base = file.bytes(first, 8).readBigUInt64LE();
  if (base !== 0n) throw new UnreadHeader(`it begins at ${base}; one that begins at 0 is read`);
  // The end is the one reference that may lead outside: then the file is cut off.
  const end = Number(file.bytes(first + 16, 8).readBigUInt64LE());
  const root = end > file.size ? 0 : placeAt(file, old ? first + 40 : first + 24);
  if (root === undefined) throw new HeaderError("it has no outermost group");
  return { end, root };
}

export interface Member {
  readonly name: string;
  readonly object: Place;
}

const deepest = 16;
const longestName = 1024;

/** What the first members of a group are; of a large group only those of its first block. */
export function membersOf(file: FileWindow, group: Place): readonly Member[] {
  const messages = messagesOf(file, group);
  const table = messages.find(({ type }) => type === messageTypes.symbolTable);
  if (table !== undefined) return tableMembers(file, table);
  const info = messages.find(({ type }) => type === messageTypes.linkInfo);
  const links = messages.filter(({ type }) => type === messageTypes.link);
  if (links.length === 0 && info !== undefined && isDense(file, info))
    throw new UnreadHeader("its groups are stored in the newer way, in heaps, whose headers are not read");
  return links.flatMap((link) => linkMember(file, link));
}

function isDense(file: FileWindow, { from }: Message): boolean {
  const flags = file.bytes(from, 2).readUInt8(1);
  return placeAt(file, from + 2 + ((flags & 1) === 0 ? 0 : 8)) !== undefined;
}

function linkMember(file: FileWindow, { from, to }: Message): readonly Member[] {
  const flags = file.bytes(from, 2).readUInt8(1);
  let at = from + 2;
  const kind = (flags & 8) === 0 ? 0 : file.bytes(at, 1).readUInt8();
  at += ((flags & 8) === 0 ? 0 : 1) + ((flags & 4) === 0 ? 0 : 8) + ((flags & 16) === 0 ? 0 : 1);
  const width = 1 << (flags & 3);
  const length = file.bytes(at, width).readUIntLE(0, Math.min(width, 6));
  at += width;
  if (at + length + 8 > to || length > longestName) throw new HeaderError("a link in it is damaged");
  // Links to names, here or in other files, are not followed.
  if (kind !== 0) return [];
  const object = placeAt(file, at + length);
  return object === undefined ? [] : [{ name: file.bytes(at, length).toString("utf8"), object }];
}

/** The older way: a tree of names, and a heap with their letters. */
function tableMembers(file: FileWindow, { from }: Message): readonly Member[] {
  let node = placeAt(file, from);
  const heap = placeAt(file, from + 8);
  for (let depth = 0; node !== undefined && heap !== undefined; depth += 1) {
    if (depth > deepest) throw new HeaderError("the tree of its names is too deep");
    const mark = file.bytes(node, 4).toString("latin1");
    if (mark === "SNOD") return nodeMembers(file, node, heap);
    if (mark !== "TREE") throw new HeaderError("the tree of its names is damaged");
    const used = file.bytes(node + 6, 2).readUInt16LE();
    // Behind the first key stands the first child.
    node = used === 0 ? undefined : placeAt(file, node + 32);
  }
  return [];
}

function nodeMembers(file: FileWindow, node: Place, heap: Place): readonly Member[] {
  if (file.bytes(heap, 4).toString("latin1") !== "HEAP") throw new HeaderError("the names in it are damaged");
  const names = placeAt(file, heap + 24);
  const count = file.bytes(node + 6, 2).readUInt16LE();
  const members: Member[] = [];
  for (let i = 0; i < count && names !== undefined; i += 1) {
    const entry = node + 8 + 40 * i;
    const object = placeAt(file, entry + 8);
    if (object !== undefined) members.push({ name: nameAt(file, names + (placeAt(file, entry) ?? 0)), object });
  }
  return members;
}

function nameAt(file: FileWindow, from: number): string {
  const bytes = file.bytes(from, Math.min(longestName, Math.max(0, file.size - from)));
  const end = bytes.indexOf(0);
  if (end < 0) throw new HeaderError("a name in it has no end");
  return bytes.toString("utf8", 0, end);
}
