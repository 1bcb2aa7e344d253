/** Numbers by video and frame; of a file with one entry for each video, under the frame `wholeVideo`. */
export type StoredNumbers = Map<string, Map<number, Float32Array>>;

export const wholeVideo = -1;

/** What is read of a file: entries of other videos are passed over. */
export interface StoredRequest {
  readonly path: string;
  /** Sizes of an entry. */
  readonly dims: readonly number[];
  readonly per: "frame" | "video";
  /** The videos of the data. */
  readonly videos: ReadonlySet<string>;
}

/** A file of stored numbers that cannot be used. */
export class StoredError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "StoredError";
  }
}

/** The frame that a name such as `00012.jpg`, `12` or `frame_0012.png` says; undefined if it says none. */
export function frameOf(name: string): number | undefined {
  const digits = /(\d{1,9})(?:\.[A-Za-z]\w*)?$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Takes up one entry, if it is of the data; its width must be that of `dims`. */
export function keep(
  numbers: StoredNumbers,
  { dims, videos }: StoredRequest,
  [video, frame]: readonly [string, number],
  values: Float32Array,
): void {
  if (!videos.has(video)) return;
  const width = dims.reduce((product, size) => product * size, 1);
  if (values.length !== width)
    throw new StoredError(
      `an entry of the video ${video} has ${values.length} numbers, and dims are [${dims.join(", ")}]`,
    );
  const frames = numbers.get(video);
  if (frames === undefined) numbers.set(video, new Map([[frame, values]]));
  else frames.set(frame, values);
}
