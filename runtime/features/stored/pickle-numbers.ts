import { NumpyArray, numpyObjects } from "../../pickle/numpy-objects.ts";
import type { Pickled } from "../../pickle/pickled.ts";
import { unpickle } from "../../pickle/unpickle.ts";
import { floatsOf } from "./array-numbers.ts";
import { frameOf, keep, StoredError, type StoredNumbers, type StoredRequest, wholeVideo } from "./stored-numbers.ts";

/** `{"video/00001.jpg": numbers or (numbers, ..)}`, or of videos `{"video": ..}`. */
export function numbersByPath(bytes: Uint8Array, request: StoredRequest): StoredNumbers {
  const numbers: StoredNumbers = new Map();
  for (const [key, value] of dictionaryOf(unpickle(bytes, numpyObjects))) {
    const path = textOf(key);
    const slash = path.lastIndexOf("/");
    const place =
      request.per === "video" ? ([path, wholeVideo] as const) : framePlace(path.slice(0, slash), path.slice(slash + 1));
    if (place === undefined || !request.videos.has(place[0])) continue;
    keep(numbers, request, place, arrayOf(firstOf(value)));
  }
  return numbers;
}

/**
 * `{video: {frame: numbers}}`, or `{video: numbers}` with a row for each frame from 1, or of videos one entry. Such a dictionary in a `.npy`
 * is an array of one object.
 */
export function numbersByVideo(bytes: Uint8Array, request: StoredRequest): StoredNumbers {
  const numbers: StoredNumbers = new Map();
  for (const [key, value] of dictionaryOf(onlyObject(unpickle(bytes, numpyObjects)))) {
    const video = textOf(key);
    if (!request.videos.has(video)) continue;
    if (value instanceof Map) {
      for (const [frame, entry] of value) {
        const place = framePlace(video, textOf(frame));
        if (place !== undefined) keep(numbers, request, place, arrayOf(entry));
      }
    } else if (request.per === "video") keep(numbers, request, [video, wholeVideo], arrayOf(value));
    else keepRows(numbers, request, video, arrayOf(value));
  }
  return numbers;
}

/** Row i is frame i + 1. */
export function keepRows(numbers: StoredNumbers, request: StoredRequest, video: string, values: Float32Array): void {
  const width = request.dims.reduce((product, size) => product * size, 1);
  if (values.length % width !== 0)
    throw new StoredError(
      `the video ${video} has ${values.length} numbers, which are no rows of [${request.dims.join(", ")}]`,
    );
  for (let i = 0; i * width < values.length; i += 1)
    keep(numbers, request, [video, i + 1], values.subarray(i * width, (i + 1) * width));
}

function framePlace(video: string, frame: string): readonly [string, number] | undefined {
  const number = frameOf(frame);
  return number === undefined ? undefined : [video, number];
}

function onlyObject(value: Pickled): Pickled {
  if (!(value instanceof NumpyArray)) return value;
  const { content } = value;
  if (content instanceof Uint8Array || content.length !== 1) throw new StoredError("it is no dictionary of videos");
  return content[0] ?? null;
}

function dictionaryOf(value: Pickled): ReadonlyMap<Pickled, Pickled> {
  if (!(value instanceof Map)) throw new StoredError("it is no dictionary");
  return value;
}

function textOf(key: Pickled): string {
  if (key instanceof Uint8Array) return new TextDecoder().decode(key);
  if (typeof key === "string" || typeof key === "number") return String(key);
  throw new StoredError("a key in it is no text");
}

/** Of `(numbers, scores)` the numbers. */
function firstOf(value: Pickled): Pickled {
  return Array.isArray(value) && typeof value[0] !== "number" ? (value[0] ?? null) : value;
}

function arrayOf(value: Pickled): Float32Array {
  if (value instanceof NumpyArray && value.content instanceof Uint8Array) {
    if (value.isFortran && value.shape.length > 1)
      throw new StoredError("it has arrays whose first axis changes fastest");
    return floatsOf(value.type, value.content);
  }
  if (Array.isArray(value) && value.every((each) => typeof each === "number")) return Float32Array.from(value, Number);
  throw new StoredError("an entry in it is no array of numbers");
}
