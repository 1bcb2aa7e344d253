import { trace } from "./hostile-weights.ts";
import { archive, pickle } from "./weight-builders.ts";

/** A file of features, how it is read, and what is said of it. */
export type HostileFeatures = readonly [
  what: string,
  file: string,
  layout: string,
  bytes: () => Uint8Array,
  said: string,
];

function npy(header: string, content: Uint8Array = new Uint8Array(8)): Buffer {
  const head = Buffer.from(`\x93NUMPY\x01\x00..${header}\n`, "latin1");
  head.writeUInt16LE(header.length + 1, 8);
  return Buffer.concat([head, content]);
}

const array = (shape: string, descr = "<f4") => `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
const command = pickle.text(`touch ${trace}`);
const system = pickle.of(pickle.global("posix", "system"), pickle.tuple(command), pickle.reduce);

export const hostileFeatures: readonly HostileFeatures[] = [
  ["a pickle that calls", "f.pkl", "pickle_by_path", () => system, "it asks for posix.system"],
  [
    "a class that nobody knows",
    "f.pkl",
    "pickle_by_path",
    () => pickle.of(pickle.global("a.b", "C"), ")R"),
    "it asks for a.b.C",
  ],
  [
    "objects that call, in an array",
    "f.npy",
    "npy_by_video",
    () => npy(array("()", "|O"), system),
    "it asks for posix.system",
  ],
  ["a pickle that is cut off", "f.pkl", "pickle_by_path", () => Buffer.from("\x80\x04\x95", "latin1"), "it is cut off"],
  ["a pickle that is a number", "f.pkl", "pickle_by_path", () => pickle.of(pickle.int(1)), "it is no dictionary"],
  [
    "an array of a terabyte",
    "f.npz",
    "npz_arrays",
    () => archive([{ name: "F.npy", content: npy(array(`(${2 ** 38},)`)) }]),
    "it is cut off",
  ],
  ["a shape below zero", "f.npz", "npz_arrays", () => archive([{ name: "F.npy", content: npy(array("(-2,)")) }]), "it"],
  [
    "a header that is Python's",
    "f.npz",
    "npz_arrays",
    () => archive([{ name: "F.npy", content: npy("__import__('os').system('x')") }]),
    "it",
  ],
  [
    "an array that unpacks to more than it says",
    "f.npz",
    "npz_arrays",
    () => archive([{ name: "F.npy", content: Buffer.alloc(1 << 20), deflate: true, size: 100 }]),
    "it cannot be unpacked",
  ],
  [
    "a member beyond the end",
    "f.npz",
    "npz_arrays",
    () => archive([{ name: "F.npy", content: npy(array("(2,)")), packed: 0x7000_0000, size: 0x7000_0000 }]),
    "it is cut off",
  ],
  [
    "HDF5 that ends after its mark",
    "f.h5",
    "h5_video_frame",
    () => Buffer.from("\x89HDF\r\n\x1a\n\x00\x00", "latin1"),
    "it",
  ],
];
