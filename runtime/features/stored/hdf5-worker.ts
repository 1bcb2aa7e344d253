import { parentPort, workerData } from "node:worker_threads";
import { Dataset, File, Group, ready } from "h5wasm/node";
import { floatsOf } from "./array-numbers.ts";
import { frameOf, keep, StoredError, type StoredNumbers, type StoredRequest, wholeVideo } from "./stored-numbers.ts";

/** What the thread is asked for: groups by video then frame, or by frame then video. */
export interface Hdf5Request extends StoredRequest {
  readonly outer: "video" | "frame";
}

export type Hdf5Answer =
  | { readonly kind: "numbers"; readonly numbers: StoredNumbers }
  | { readonly kind: "refused"; readonly reason: string };

/** Reads a file on a thread of its own: HDF5's library in WebAssembly keeps the memory that it once had. */
const request: Hdf5Request = workerData;

answer().then(
  (found) => parentPort?.postMessage(found),
  (problem: unknown) => parentPort?.postMessage({ kind: "refused", reason: reasonOf(problem) } satisfies Hdf5Answer),
);

async function answer(): Promise<Hdf5Answer> {
  // Else the library tells the terminal what is thrown as well.
  (await ready).activate_throwing_error_handler();
  const file = new File(request.path, "r");
  try {
    const numbers: StoredNumbers = new Map();
    if (request.per === "video") {
      for (const video of file.keys())
        if (request.videos.has(video)) put(numbers, [video, wholeVideo], file.get(video));
    } else if (request.outer === "video") readByVideo(file, numbers);
    else readByFrame(file, numbers);
    return { kind: "numbers", numbers };
  } finally {
    file.close();
  }
}

function readByVideo(file: Group, numbers: StoredNumbers): void {
  for (const video of file.keys()) {
    if (!request.videos.has(video)) continue;
    const frames = groupAt(file, video);
    for (const name of frames.keys()) {
      const frame = frameOf(name);
      if (frame !== undefined) put(numbers, [video, frame], frames.get(name));
    }
  }
}

function readByFrame(file: Group, numbers: StoredNumbers): void {
  for (const name of file.keys()) {
    const frame = frameOf(name);
    if (frame === undefined) continue;
    const videos = groupAt(file, name);
    for (const video of videos.keys()) if (request.videos.has(video)) put(numbers, [video, frame], videos.get(video));
  }
}

function groupAt(file: Group, name: string): Group {
  const inside = file.get(name);
  if (!(inside instanceof Group)) throw new StoredError(`${JSON.stringify(name)} in it is no group`);
  return inside;
}

function put(numbers: StoredNumbers, place: readonly [string, number], entry: unknown): void {
  if (!(entry instanceof Dataset)) throw new StoredError(`the entry of the video ${place[0]} is no array`);
  keep(numbers, request, place, numbersOf(entry));
}

function numbersOf(entry: Dataset): Float32Array {
  if (entry.dtype === "<e" || entry.dtype === ">e")
    throw new StoredError("it has numbers of 16 bits: write them as float32");
  const { value } = entry;
  if (value instanceof Float32Array) return value.slice();
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Float32Array.from(value, Number);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return floatsOf(numpyType(entry.dtype), new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  throw new StoredError(`it has arrays of the type ${String(entry.dtype)}`);
}

/** The library writes `<d` where NumPy writes `<f8`. */
function numpyType(dtype: Dataset["dtype"]): string {
  const codes: Readonly<Record<string, string>> = {
    e: "f2",
    f: "f4",
    d: "f8",
    b: "i1",
    h: "i2",
    i: "i4",
    B: "u1",
    H: "u2",
    I: "u4",
  };
  const text = typeof dtype === "string" ? dtype : "";
  return `<${codes[text.slice(-1)] ?? text}`;
}

function reasonOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
