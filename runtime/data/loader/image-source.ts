import type { Worker } from "node:worker_threads";
import type { Augmentation } from "../../../compiler/lower/plan-augment.ts";
import { openWorker } from "../../threads/open-worker.ts";
import { threadCount } from "../../threads/thread-count.ts";
import type { AnnotationTable } from "../annotation-table.ts";

export interface ImageWorkerData {
  readonly folders: readonly string[];
  /** Row to index of its folder; undefined where there is one. */
  readonly roots: Int32Array | undefined;
  readonly size: number;
  readonly images: readonly string[];
  readonly files: readonly string[];
  readonly lines: Int32Array;
  readonly videos: readonly string[];
  readonly augment: readonly Augmentation[];
  readonly seed: number;
  readonly cacheBytes: number;
  readonly skipBad: boolean;
}

export interface ImageRequest {
  readonly id: number;
  /** Rows of the table; −1 gives a black frame. */
  readonly rows: Int32Array;
  /** Undefined: as they are on the disk. */
  readonly epoch: number | undefined;
  /** Numbers that tell apart what is drawn more than once in an epoch, row by row: each time it is augmented anew. */
  readonly draws: Int32Array | undefined;
  /** The clip of each row, for what is drawn once for a clip; without, each is one of its own. */
  readonly clips?: Int32Array | undefined;
  /** For each augmentation the value that its schedule has now. */
  readonly strengths?: readonly (number | undefined)[] | undefined;
}

export type ImageResponse =
  | {
      readonly kind: "images";
      readonly id: number;
      readonly pixels: Uint8Array<ArrayBuffer>;
      readonly bad: readonly { readonly row: number; readonly reason: string }[];
    }
  | { readonly kind: "failure"; readonly id: number; readonly message: string; readonly user: boolean };

/** A user's mistake that a worker met; its message has the place already. */
export class ImageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ImageError";
  }
}

export interface ImageOptions {
  /** Where images lie, by root. */
  readonly folders: readonly string[];
  readonly size: number;
  readonly augment: readonly Augmentation[];
  readonly seed: number;
  /** Decoded images are kept up to so many bytes. */
  readonly cacheBytes?: number;
  /** What the schedules of augmentations have in a step, one for each augmentation. */
  readonly strengths?: ((step: number) => readonly (number | undefined)[]) | undefined;
  /** Unreadable images become black frames, counted and listed. */
  readonly skipBad: boolean;
  /** Where they are listed. */
  readonly bad?: Map<number, string>;
}

export const usualCache = 1 << 30;
/** The second brings a quarter more pictures on two cores (bench/images.ts). */
const threads = Math.min(2, threadCount());

/** The images of a table's rows as bytes, made ready by workers. What comes does not depend on what was asked before. */
export class ImageSource {
  readonly size: number;
  /** Rows whose image could not be read, with why. */
  readonly bad: Map<number, string>;
  readonly #workers: readonly Worker[];
  readonly #waiting = new Map<number, { resolve: (pixels: Uint8Array) => void; reject: (problem: Error) => void }>();
  #last = 0;
  #closing = false;
  #broken: Error | undefined;

  readonly #strengths: ImageOptions["strengths"];

  constructor(table: AnnotationTable, options: ImageOptions) {
    this.#strengths = options.strengths;
    this.size = options.size;
    this.bad = options.bad ?? new Map();
    const workerData: ImageWorkerData = {
      folders: options.folders,
      roots: table.root,
      size: options.size,
      images: table.image,
      files: [table.file],
      lines: table.line,
      videos: Array.from(table.video, (video) => table.videos[video] ?? ""),
      augment: options.augment,
      seed: options.seed,
      cacheBytes: (options.cacheBytes ?? usualCache) / threads,
      skipBad: options.skipBad,
    };
    this.#workers = Array.from({ length: threads }, () =>
      openWorker(new URL("./image-worker.ts", import.meta.url), "image-worker.js", workerData),
    );
    for (const worker of this.#workers) {
      worker.unref();
      worker.on("message", (response: ImageResponse) => this.#receive(response));
      worker.on("error", (problem) => this.#fail(problem));
    }
  }

  async images(
    rows: Int32Array,
    epoch: number | undefined,
    { draws, clips, step = 0 }: Partial<Pick<ImageRequest, "draws" | "clips">> & { readonly step?: number },
  ): Promise<Uint8Array> {
    const strengths = this.#strengths?.(step);
    const bytes = this.size * this.size * 3;
    const pixels = new Uint8Array(rows.length * bytes);
    // A row always goes to the same worker, which may have it in its cache.
    const parts = this.#workers.map(async (worker, w) => {
      const places = Array.from(rows, (row, i) => (row >= 0 && row % threads === w ? i : -1)).filter((i) => i >= 0);
      if (places.length === 0) return;
      const own = (numbers: Int32Array) => Int32Array.from(places, (i) => numbers[i] ?? -1);
      const part = await this.#ask(worker, {
        rows: own(rows),
        epoch,
        draws: draws && own(draws),
        clips: clips && own(clips),
        strengths,
      });
      places.forEach((i, k) => {
        pixels.set(part.subarray(k * bytes, (k + 1) * bytes), i * bytes);
      });
    });
    await Promise.all(parts);
    return pixels;
  }

  #ask(worker: Worker, asked: Omit<ImageRequest, "id">): Promise<Uint8Array> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    this.#last += 1;
    const id = this.#last;
    worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...asked } satisfies ImageRequest);
    });
  }

  async close(): Promise<void> {
    // Its end is waited for: the process must not end first for want of anything to do.
    this.#closing = true;
    for (const worker of this.#workers) worker.ref();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #receive(response: ImageResponse): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (this.#waiting.size === 0 && !this.#closing) for (const worker of this.#workers) worker.unref();
    if (waiting === undefined) return;
    if (response.kind === "failure") {
      waiting.reject(response.user ? new ImageError(response.message) : new Error(response.message));
      return;
    }
    for (const { row, reason } of response.bad) this.bad.set(row, reason);
    waiting.resolve(response.pixels);
  }

  #fail(problem: Error): void {
    this.#broken = problem;
    for (const { reject } of this.#waiting.values()) reject(problem);
    this.#waiting.clear();
  }
}
