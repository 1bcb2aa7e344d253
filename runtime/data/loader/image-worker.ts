import { parentPort, workerData } from "node:worker_threads";
import sharp from "sharp";
import { DataError } from "../data-error.ts";
import { applyChange, drawChange } from "../images/augment.ts";
import { decodeImage } from "../images/decode.ts";
import { Sampler } from "../images/sampler.ts";
import type { ImageRequest, ImageResponse, ImageWorkerData } from "./image-source.ts";

/** Decodes and changes the images of whole batches, on a thread of its own: a step blocks the main one. */
const port = parentPort;
const { folders, folder, size, images, files, lines, videos, augment, seed, cacheBytes, skipBad }: ImageWorkerData =
  workerData;
const bytes = size * size * 3;
const sampler = new Sampler(size);
const cache = new Map<number, Uint8Array>();

// Four pictures are decoded at once, so one needs one thread; none is asked for again.
sharp.concurrency(1);
sharp.cache(false);

port?.on("message", (request: ImageRequest) => {
  void answer(request).then(
    (response) => port.postMessage(response, response.kind === "images" ? [response.pixels.buffer] : []),
    (problem: unknown) => port.postMessage(failure(request.id, problem)),
  );
});

async function answer({ id, rows, epoch, draws }: ImageRequest): Promise<ImageResponse> {
  const pixels = new Uint8Array(rows.length * bytes);
  const bad: { row: number; reason: string }[] = [];
  const places = new Map<number, number[]>();
  rows.forEach((row, i) => {
    const known = places.get(row);
    if (known !== undefined) known.push(i);
    else if (row >= 0) places.set(row, [i]);
  });
  const waiting = [...places];
  // Each frame is changed as soon as it is decoded: other threads decode the next ones meanwhile.
  const readers = Array.from({ length: 4 }, async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [row, at] = next;
      const frame = cache.get(row) ?? (await imageOf(row, bad));
      if ((cache.size + 1) * bytes <= cacheBytes) cache.set(row, frame);
      for (const i of at) {
        if (epoch === undefined || augment.length === 0) pixels.set(frame, i * bytes);
        else {
          const words = [seed, epoch, row, ...(draws?.subarray(i, i + 1) ?? [])];
          applyChange(sampler, frame, drawChange(augment, words), pixels, i * bytes);
        }
      }
    }
  });
  await Promise.all(readers);
  return { kind: "images", id, pixels, bad };
}

async function imageOf(row: number, bad: { row: number; reason: string }[]): Promise<Uint8Array> {
  const place = {
    folder: folders[folder[row] ?? 0] ?? "",
    image: images[row] ?? "",
    file: files[0] ?? "",
    line: lines[row] ?? 0,
    video: videos[row] ?? "",
  };
  try {
    return await decodeImage(place, sampler);
  } catch (problem) {
    if (!skipBad || !(problem instanceof DataError)) throw problem;
    bad.push({ row, reason: problem.message });
    return new Uint8Array(bytes);
  }
}

function failure(id: number, problem: unknown): ImageResponse {
  const message = problem instanceof Error ? problem.message : String(problem);
  return { kind: "failure", id, message, user: problem instanceof DataError };
}
