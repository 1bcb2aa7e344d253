import { constants, inflateRawSync } from "node:zlib";
import type { ArrayHeader } from "../../compiler/check/file-header.ts";
import { type FileWindow, HeaderError } from "./file-window.ts";
import { npyHeader, npyHeaderBytes, npyHeaderEnd } from "./npy-header.ts";
import { refuseStart } from "./other-kind.ts";
import { UnreadHeader } from "./unread-header.ts";
import { contentStart, type Member, membersOf } from "./zip-table.ts";

/** So many bytes are unpacked of all members of an archive together. */
const mostUnpacked = 64 << 20;
/** A header is mostly in so many packed ones. */
const fewPacked = 64;

/** Arrays of NumPy in a zip archive, by name: of each the first bytes are read. */
export function readNpz(file: FileWindow): ReadonlyMap<string, ArrayHeader> {
  const start = file.start(4).toString("latin1");
  if (start !== "PK\x03\x04" && start !== "PK\x05\x06") refuseStart(file, "an archive of NumPy arrays");
  const arrays = new Map<string, ArrayHeader>();
  let unpacked = 0;
  for (const { name, ...member } of membersOf(file)) {
    if (!name.endsWith(".npy")) continue;
    try {
      const begin = startOf(file, member);
      unpacked += begin.length;
      if (unpacked > mostUnpacked) throw new UnreadHeader("its arrays unpack to very much");
      arrays.set(name.slice(0, -".npy".length), npyHeader(begin.subarray(0, npyHeaderBytes), member.size));
    } catch (problem) {
      if (problem instanceof HeaderError) throw new HeaderError(`${JSON.stringify(name)} in it: ${problem.message}`);
      throw problem;
    }
  }
  if (arrays.size === 0) throw new HeaderError("it is a zip archive without an array of NumPy");
  return arrays;
}

/** The first bytes of a member, unpacked: a header, and what comes out with it. */
function startOf(file: FileWindow, member: Member): Buffer {
  const { method, packed, size } = member;
  const bytes = file.bytes(contentStart(file, member), Math.min(packed, npyHeaderBytes));
  if (method === 0) return bytes.subarray(0, size);
  if (method !== 8) throw new HeaderError(`it is packed by the method ${method}; stored and deflated ones are read`);
  // Deflate grows by a factor of 1,032 at most: no more is unpacked than it takes to have the header.
  for (let given = fewPacked; ; given *= 2) {
    const start = inflated(bytes.subarray(0, given));
    if (given >= bytes.length || start.length >= Math.min(npyHeaderBytes, npyHeaderEnd(start))) return start;
  }
}

function inflated(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    throw new HeaderError("it cannot be unpacked");
  }
}
