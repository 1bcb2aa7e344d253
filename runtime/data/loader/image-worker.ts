import { parentPort, workerData } from "node:worker_threads";
import sharp from "sharp";
import { DataError } from "../data-error.ts";
import { applyChange, drawChange } from "../images/augment.ts";
import { decodeImage } from "../images/decode.ts";
import { type Picture, Sampler } from "../images/sampler.ts";
import type { ImageRequest, ImageResponse, ImageWorkerData } from "./image-source.ts";

/** Decodes and changes the images of whole batches, on a thread of its own: a step blocks the main one. */
const port = parentPort;
const { folders, roots, size, images, files, lines, videos, augment, seed, cacheBytes, skipBad }: ImageWorkerData =
  workerData;
const bytes = size * size * 3;
const sampler = new Sampler(size);
const cache = new Map<number, Picture>();
let cached = 0;

/** Ends the words of a clip, so that none is those of a frame. */
const clipWord = 0xc11b;

// Four pictures are decoded at once, so one needs one thread; none is asked for again.
sharp.concurrency(1);
sharp.cache(false);

port?.on("message", (request: ImageRequest) => {
  void answer(request).then(
    (response) => port.postMessage(response, response.kind === "images" ? [response.pixels.buffer] : []),
    (problem: unknown) => port.postMessage(failure(request.id, problem)),
  );
});

async function answer({ id, rows, epoch, draws, clips, strengths }: ImageRequest): Promise<ImageResponse> {
  const pixels = new Uint8Array(rows.length * bytes);
  const bad: { row: number; reason: string }[] = [];
  const places = new Map<number, number[]>();
  rows.forEach((row, i) => {
    const known = places.get(row);
    if (known !== undefined) known.push(i);
    else if (row >= 0) places.set(row, [i]);
  });
  const waiting = [...places];
  // Each picture is changed as soon as it is decoded: other threads decode the next ones meanwhile.
  const readers = Array.from({ length: 4 }, async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [row, at] = next;
      const picture = cache.get(row) ?? keep(row, await imageOf(row, bad));
      for (const i of at) {
        if (epoch === undefined || augment.length === 0) sampler.place(picture, pixels, i * bytes);
        else {
          const drawn = [...(draws?.subarray(i, i + 1) ?? [])];
          const clip = clips?.[i];
          const draw = {
            ...(clip === undefined ? {} : { clip: [seed, epoch, clip, ...drawn, clipWord] }),
            ...(strengths === undefined ? {} : { strengths }),
          };
          applyChange(sampler, picture, drawChange(augment, [seed, epoch, row, ...drawn], draw), pixels, i * bytes);
        }
      }
    }
  });
  await Promise.all(readers);
  return { kind: "images", id, pixels, bad };
}

function keep(row: number, picture: Picture): Picture {
  const { byteLength } = picture.pixels;
  if (cached + byteLength <= cacheBytes) {
    cache.set(row, picture);
    cached += byteLength;
  }
  return picture;
}

async function imageOf(row: number, bad: { row: number; reason: string }[]): Promise<Picture> {
  const place = {
    folder: folders[roots?.[row] ?? 0] ?? "",
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
    return { pixels: new Uint8Array(bytes), width: size, height: size };
  }
}

function failure(id: number, problem: unknown): ImageResponse {
  const message = problem instanceof Error ? problem.message : String(problem);
  return { kind: "failure", id, message, user: problem instanceof DataError };
}
