import type { ArrayHeader } from "../../compiler/check/file-header.ts";
import { type FileWindow, HeaderError } from "./file-window.ts";
import { type Member, membersOf, superblockOf } from "./hdf5-groups.ts";
import { arrayOf } from "./hdf5-messages.ts";
import { refuseStart } from "./other-kind.ts";
import { UnreadHeader } from "./unread-header.ts";

/** A file of groups in groups: the video's, then the frame's, or the other way round. */
const deepest = 3;

/** So many objects are looked at for the first array. */
const mostObjects = 1000;
const mark = "\x89HDF\r\n\x1a\n";

/**
 * The first array of an HDF5 file, by its path (https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html): a file has one for
 * each frame, and they are looked at one by one when they are read.
 */
export function readHdf5(file: FileWindow): ReadonlyMap<string, ArrayHeader> {
  if (file.start(8).toString("latin1") !== mark) refuseOther(file);
  const { end, root } = superblockOf(file);
  if (end > file.size) throw new HeaderError(`it is cut off: it says that it has ${end} bytes, and has ${file.size}`);
  const seen = { objects: 0 };
  const found = firstArray(file, { name: "", object: root }, 0, seen);
  if (found !== undefined) return new Map([found]);
  // Of a large group only a part is looked at.
  if (seen.objects > 1) throw new UnreadHeader("the groups that come first in it have no array");
  throw new HeaderError("it has no array");
}

/** Before the first block of HDF5 there may be one of another program, such as MATLAB, of 512 bytes or a power of two times as many. */
function refuseOther(file: FileWindow): never {
  for (let at = 512; at + mark.length <= file.size; at *= 2)
    if (file.bytes(at, mark.length).toString("latin1") === mark)
      throw new UnreadHeader(`it begins at ${at}; one that begins at 0 is read`);
  refuseStart(file, "HDF5");
}

function firstArray(
  file: FileWindow,
  { name: path, object }: Member,
  depth: number,
  seen: { objects: number },
): [string, ArrayHeader] | undefined {
  seen.objects += 1;
  if (seen.objects > mostObjects) return undefined;
  const array = arrayOf(file, object);
  if (array !== undefined) return [path, array];
  if (depth === deepest) throw new HeaderError(`its groups stand in one another more than ${deepest} deep`);
  for (const { name, object: inside } of membersOf(file, object)) {
    const member = { name: path === "" ? name : `${path}/${name}`, object: inside };
    const found = firstArray(file, member, depth + 1, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
