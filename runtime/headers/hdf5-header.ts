import type { ArrayHeader } from "../../compiler/check/file-header.ts";
import { type FileWindow, HeaderError } from "./file-window.ts";
import { membersOf, superblockOf } from "./hdf5-groups.ts";
import { arrayOf, type Place } from "./hdf5-messages.ts";
import { refuseStart } from "./other-kind.ts";

/** A file of groups in groups: the video's, then the frame's, or the other way round. */
const deepest = 3;

/**
 * The first array of an HDF5 file, by its path (https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html): a file has one for
 * each frame, and they are looked at one by one when they are read.
 */
export function readHdf5(file: FileWindow): ReadonlyMap<string, ArrayHeader> {
  if (file.start(8).toString("latin1") !== "\x89HDF\r\n\x1a\n") refuseStart(file, "HDF5");
  const { end, root } = superblockOf(file);
  if (end > file.size) throw new HeaderError(`it is cut off: it says that it has ${end} bytes, and has ${file.size}`);
  const found = firstArray(file, root, "", 0);
  if (found === undefined) throw new HeaderError("it has no array");
  return new Map([found]);
}

function firstArray(file: FileWindow, object: Place, path: string, depth: number): [string, ArrayHeader] | undefined {
  const array = arrayOf(file, object);
  if (array !== undefined) return [path, array];
  if (depth === deepest) throw new HeaderError(`its groups stand in one another more than ${deepest} deep`);
  const [first] = membersOf(file, object);
  return first === undefined
    ? undefined
    : firstArray(file, first.object, path === "" ? first.name : `${path}/${first.name}`, depth + 1);
}
