import { crc32, inflateRawSync } from "node:zlib";
import { FileWindow, HeaderError } from "../headers/file-window.ts";
import { contentStart, type Member, membersOf } from "../headers/zip-table.ts";
import { unpickleFirst } from "../pickle/unpickle.ts";
import type { OpenFile } from "./open-file.ts";
import type { PickledFile, StoragePlace } from "./pickled-weights.ts";
import { outsideOf, torchObjects } from "./torch-objects.ts";

const mostMembers = 200_000;
/** The description of a checkpoint of a thousand layers with its optimiser's memory has some megabytes. */
const mostPickled = 64 << 20;
const deflated = 8;
/** Deflate makes no more of a byte. */
const mostFromByte = 1032;

/** A file of `torch.save`: a zip archive with one pickle, and each storage as a member of its own. */
export function readTorchZip(path: string, file: OpenFile): PickledFile {
  const members = FileWindow.over(path, (window) => new Map(checkedMembers(window)));
  const pickle = [...members.keys()].find((name) => name === "data.pkl" || name.endsWith("/data.pkl"));
  if (pickle === undefined) throw new HeaderError("it is a zip archive without weights of PyTorch");
  const root = pickle.slice(0, -"data.pkl".length);
  if (members.has(`${root}constants.pkl`) || [...members.keys()].some((name) => name.startsWith(`${root}code/`)))
    throw new HeaderError("it is a program of TorchScript: save its weights, as torch.save(m.state_dict(), file) does");
  const memberOf = (name: string): Member => {
    const member = members.get(name);
    if (member === undefined) throw new HeaderError(`it has no member ${JSON.stringify(name.slice(0, 100))}`);
    return member;
  };
  const { size } = memberOf(pickle);
  if (size > mostPickled)
    throw new HeaderError(`its description claims ${size} bytes; at most ${mostPickled} are read`);
  const classes = new Set<string>();
  const bytes = whole(file, memberOf(pickle));
  const order = members.has(`${root}byteorder`) ? text(file, memberOf(`${root}byteorder`)) : "little";
  return {
    kind: "PyTorch (zip)",
    value: unpickleFirst(bytes, torchObjects(classes), outsideOf(new Map())).value,
    classes,
    isBig: order === "big",
    place: (key) => placeOf(file, memberOf(`${root}data/${key}`)),
    close: () => file.close(),
  };
}

/** Members by name; none leads out, none is there twice, and none lies in another, which would make more of the bytes than there are. */
function* checkedMembers(window: FileWindow): Generator<[string, Member]> {
  const seen = new Set<string>();
  const places: (readonly [from: number, to: number])[] = [];
  for (const { name, ...member } of membersOf(window, mostMembers)) {
    const told = JSON.stringify(name.slice(0, 100));
    if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)|\0/i.test(name))
      throw new HeaderError(`its member ${told} leads out of it`);
    if (seen.has(name)) throw new HeaderError(`it has the member ${told} twice`);
    seen.add(name);
    const { method, packed, size, offset } = member;
    if (method !== 0 && method !== deflated)
      throw new HeaderError(`its member ${told} is packed by the method ${method}; stored and deflated ones are read`);
    if ((method === 0 && packed !== size) || size > packed * mostFromByte + mostFromByte)
      throw new HeaderError(`its member ${told} claims ${size} bytes of ${packed} packed ones`);
    if (!(offset + packed <= window.size)) throw new HeaderError(`its member ${told} lies outside`);
    places.push([offset, offset + packed]);
    yield [name, member];
  }
  places.sort(([a], [b]) => a - b);
  places.forEach(([from], i) => {
    if (i > 0 && from < (places[i - 1]?.[1] ?? 0)) throw new HeaderError("two of its members overlap");
  });
}

/** All bytes of a member, held to their checksum. */
function whole(file: OpenFile, member: Member): Buffer {
  const { method, packed, size, crc } = member;
  const stored = file.bytes(contentStart(file, member), packed);
  const bytes = method === 0 ? stored : inflated(stored, size);
  if (crc32(bytes) !== crc) throw new HeaderError("a part of it is not what was written: its checksum is another");
  return bytes;
}

function inflated(stored: Buffer, size: number): Buffer {
  try {
    const bytes = inflateRawSync(stored, { maxOutputLength: Math.max(1, size) });
    if (bytes.length === size) return bytes;
  } catch {
    // What cannot be unpacked is told like what unpacks to another length.
  }
  throw new HeaderError("a part of it cannot be unpacked");
}

const longestText = 64;

function text(file: OpenFile, member: Member): string {
  if (member.size > longestText) throw new HeaderError("its byte order is none");
  return whole(file, member).toString("latin1").trim();
}

function placeOf(file: OpenFile, member: Member): StoragePlace {
  const { method, size } = member;
  return {
    length: size,
    bytes: (from, length) => {
      if (method !== 0 || (from === 0 && length === size)) return whole(file, member).subarray(from, from + length);
      return file.bytes(contentStart(file, member) + from, length);
    },
  };
}
