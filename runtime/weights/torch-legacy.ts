import { numberWidths } from "../checkpoints/number-types.ts";
import { HeaderError } from "../headers/file-window.ts";
import { PickleCut, type Pickled } from "../pickle/pickled.ts";
import { type Globals, type Outside, unpickleFirst } from "../pickle/unpickle.ts";
import type { OpenFile } from "./open-file.ts";
import type { PickledFile, StoragePlace } from "./pickled-weights.ts";
import { outsideOf, torchObjects } from "./torch-objects.ts";
import type { TorchStorage } from "./torch-tensor.ts";

/** What `torch.save` wrote up to version 1.5, or with `_use_new_zipfile_serialization=False`, begins with. */
const magic = 0x1950_a86a_20f9_469c_fc6cn;
const protocol = 1001;

/** So many bytes are taken for a pickle at first, and at most; it does not say how long it is. */
const firstTaken = 1 << 16;
const mostTaken = 64 << 20;

/** Whether a pickle at the front of a file is the number that old files of PyTorch begin with. */
export function isTorchLegacy(file: OpenFile): boolean {
  // PROTO 2, LONG1 of 10 bytes.
  return file.size > 14 && file.bytes(0, 4).equals(Buffer.from([0x80, 0x02, 0x8a, 0x0a]));
}

/** Pickles one after the other: a number, a version, the machine, the value, the keys of its storages; then these, each with its count. */
export function readTorchLegacy(file: OpenFile): PickledFile {
  const plain = new PickleReader(file, () => undefined);
  if (plain.next() !== magic) throw new HeaderError("it does not begin as a file of PyTorch does");
  const version = plain.next();
  if (version !== protocol) throw new HeaderError(`it is of the protocol ${String(version)}; ${protocol} is known`);
  const machine = plain.next();
  const storages = new Map<string, TorchStorage>();
  const classes = new Set<string>();
  const value = new PickleReader(file, torchObjects(classes), plain.at);
  const held = value.next(outsideOf(storages));
  const keys = new PickleReader(file, () => undefined, value.at);
  const places = placesOf(file, keys.next(), keys.at, storages);
  return {
    kind: "PyTorch (before the zip)",
    value: held,
    classes,
    isBig: machine instanceof Map && machine.get("little_endian") === false,
    place: (key) => {
      const place = places.get(key);
      if (place === undefined) throw new HeaderError("the storage of it is missing");
      return place;
    },
    close: () => file.close(),
  };
}

function placesOf(
  file: OpenFile,
  keys: Pickled,
  start: number,
  storages: ReadonlyMap<string, TorchStorage>,
): ReadonlyMap<string, StoragePlace> {
  if (!Array.isArray(keys)) throw new HeaderError("the list of its storages is none");
  const places = new Map<string, StoragePlace>();
  let at = start;
  for (const each of keys) {
    const key = each instanceof Uint8Array ? Buffer.from(each).toString("latin1") : each;
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (typeof key !== "string" || storage === undefined || places.has(key))
      throw new HeaderError("the list of its storages is not that of its tensors");
    const count = Number(file.bytes(at, 8).readBigUInt64LE());
    if (count !== storage.count)
      throw new HeaderError(`a storage of it claims ${count} numbers in one place and ${storage.count} in another`);
    const from = at + 8;
    const length = count * (storage.type === undefined ? 1 : numberWidths[storage.type]);
    at = from + length;
    if (at > file.size)
      throw new HeaderError(`it is cut off: a storage of ${length} bytes begins at ${from} of its ${file.size}`);
    places.set(key, { length, bytes: (offset, part) => file.bytes(from + offset, part) });
  }
  return places;
}

/** Reads one pickle after the other from a place on. */
class PickleReader {
  at: number;
  readonly #file: OpenFile;
  readonly #globals: Globals;

  constructor(file: OpenFile, globals: Globals, at = 0) {
    this.#file = file;
    this.#globals = globals;
    this.at = at;
  }

  next(outside?: Outside): Pickled {
    const rest = this.#file.size - this.at;
    for (let taken = firstTaken; ; taken *= 8) {
      const length = Math.min(taken, mostTaken, rest);
      try {
        const { value, end } = unpickleFirst(this.#file.bytes(this.at, length), this.#globals, outside);
        this.at += end;
        return value;
      } catch (problem) {
        if (!(problem instanceof PickleCut) || length === rest) throw problem;
        if (length === mostTaken) throw new HeaderError(`its description has more than ${mostTaken} bytes`);
      }
    }
  }
}
