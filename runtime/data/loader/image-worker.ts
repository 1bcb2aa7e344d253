import { parentPort, workerData } from "node:worker_threads";
import { DataError } from "../data-error.ts";
import { applyChange, drawChange } from "../images/augment.ts";
import { decodeImage } from "../images/decode.ts";
import type { ImageRequest, ImageResponse, ImageWorkerData } from "./image-source.ts";

/** Decodes and changes the images of whole batches, on a thread of its own: a step blocks the main one. */
const port = parentPort;
const { folder, size, images, files, lines, videos, augment, seed, cacheBytes, skipBad }: ImageWorkerData = workerData;
const bytes = size * size * 3;
const cache = new Map<number, Uint8Array>();

port?.on("message", (request: ImageRequest) => {
  void answer(request).then(
    (response) => port.postMessage(response, response.kind === "images" ? [response.pixels.buffer] : []),
    (problem: unknown) => port.postMessage(failure(request.id, problem)),
  );
});

async function answer({ id, rows, epoch }: ImageRequest): Promise<ImageResponse> {
  const pixels = new Uint8Array(rows.length * bytes);
  const bad: { row: number; reason: string }[] = [];
  const missing = [...new Set(rows)].filter((row) => row >= 0 && !cache.has(row));
  const fresh = new Map<number, Uint8Array>();
  const readers = Array.from({ length: 4 }, async () => {
    for (let row = missing.pop(); row !== undefined; row = missing.pop()) {
      const image = await imageOf(row, bad);
      fresh.set(row, image);
      if ((cache.size + 1) * bytes <= cacheBytes) cache.set(row, image);
    }
  });
  await Promise.all(readers);
  rows.forEach((row, i) => {
    const image = row < 0 ? undefined : (cache.get(row) ?? fresh.get(row));
    if (image === undefined) return;
    if (epoch === undefined || augment.length === 0) pixels.set(image, i * bytes);
    else applyChange(image, size, drawChange(augment, [seed, epoch, row]), pixels, i * bytes);
  });
  return { kind: "images", id, pixels, bad };
}

async function imageOf(row: number, bad: { row: number; reason: string }[]): Promise<Uint8Array> {
  const place = {
    folder,
    image: images[row] ?? "",
    file: files[0] ?? "",
    line: lines[row] ?? 0,
    video: videos[row] ?? "",
  };
  try {
    return await decodeImage(place, size);
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
