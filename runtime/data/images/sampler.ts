import { lightness, samplingKernel } from "../../../compiler/emit/wasm/sampling-kernel.ts";
import { sumsKernel } from "../../../compiler/emit/wasm/sums-kernel.ts";

/** A picture of bytes, three for each pixel, no wider or higher than the frames that are made of it. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** An affine map [a, b, c, d, x, y] in units of a picture's sides, centre at 0: source = (a u + b v + x, c u + d v + y). */
export type AffineMap = readonly [number, number, number, number, number, number];

/** A value v of a pixel of lightness g becomes own v + grey g + constant. */
export interface Mixing {
  readonly own: number;
  readonly grey: number;
  readonly constant: number;
}

export const samePlace: AffineMap = [1, 0, 0, 1, 0, 0];

type Run = (...numbers: readonly number[]) => void;

const pageBytes = 1 << 16;
const sumsBytes = 16;
const kernels = {
  mixed: new WebAssembly.Module(samplingKernel("mixed")),
  kept: new WebAssembly.Module(samplingKernel("kept")),
  sums: new WebAssembly.Module(sumsKernel()),
};

/** Brings pictures to frames [side, side, 3] in one bilinear pass, edges continued. */
export class Sampler {
  readonly side: number;
  readonly #memory: WebAssembly.Memory;
  readonly #mixed: Run;
  readonly #kept: Run;
  readonly #sums: Run;
  readonly #frameBytes: number;
  /** Where the source begins: behind the frame, a byte that is written too many, and three sums. */
  readonly #source: number;

  constructor(side: number) {
    this.side = side;
    this.#frameBytes = 3 * side * side;
    this.#source = 16 * Math.ceil((this.#frameBytes + 1) / 16) + sumsBytes;
    // A row and some pixels more are read, and do not count.
    const pages = Math.ceil((this.#source + this.#frameBytes + 3 * (side + 3)) / pageBytes);
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#mixed = this.#open(kernels.mixed);
    this.#kept = this.#open(kernels.kept);
    this.#sums = this.#open(kernels.sums);
  }

  /** Writes a frame into `target` from `offset` on; without a mixing, in the picture's colours. */
  sample(picture: Picture, map: AffineMap, mixing: Mixing | undefined, target: Uint8Array, offset: number): void {
    this.#take(picture);
    const { side } = this;
    const { width, height } = picture;
    const [a, b, c, d, x, y] = map;
    // The middle of the first pixel, in units of the frame's side.
    const first = 0.5 / side - 0.5;
    const across = [(a * width) / side, (b * width) / side, (a * first + b * first + x + 0.5) * width - 0.5];
    const down = [(c * height) / side, (d * height) / side, (c * first + d * first + y + 0.5) * height - 0.5];
    const { own, grey, constant } = mixing ?? { own: 1, grey: 0, constant: 0 };
    const run = mixing === undefined ? this.#kept : this.#mixed;
    run(side, this.#source, 3 * width, 0, width - 1, height - 1, ...across, ...down, own, grey, constant);
    target.set(new Uint8Array(this.#memory.buffer, 0, this.#frameBytes), offset);
  }

  /** Writes a picture as a frame, in its own colours. */
  place(picture: Picture, target: Uint8Array, offset: number): void {
    if (picture.width === this.side && picture.height === this.side) target.set(picture.pixels, offset);
    else this.sample(picture, samePlace, undefined, target, offset);
  }

  /** The mean lightness of a picture, 0 to 255. */
  lightness(picture: Picture): number {
    this.#take(picture);
    const sums = this.#source - sumsBytes;
    this.#sums(this.#source, this.#source + picture.pixels.length, sums);
    const totals = new Int32Array(this.#memory.buffer, sums, lightness.length);
    return lightness.reduce((sum, share, i) => sum + share * (totals[i] ?? 0), 0) / (picture.width * picture.height);
  }

  #take({ pixels, width, height }: Picture): void {
    if (width > this.side || height > this.side || pixels.length !== 3 * width * height)
      throw new Error(`a picture of ${width} × ${height} and ${pixels.length} bytes does not fit`);
    new Uint8Array(this.#memory.buffer).set(pixels, this.#source);
  }

  #open(module: WebAssembly.Module): Run {
    const { run } = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports;
    if (!isRun(run)) throw new Error("a kernel exports no function");
    return run;
  }
}

function isRun(value: unknown): value is Run {
  return typeof value === "function";
}
