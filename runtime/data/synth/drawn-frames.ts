import { drawnPart } from "../../../compiler/library/drawn-videos.ts";
import { uniform } from "../loader/random.ts";
import { type Moment, perform } from "./performance.ts";

export type DrawnPart = "train" | "val" | "test";

/** One frame that is to be drawn, and what it is to show. */
export interface DrawnFrame {
  /** From 0. */
  readonly video: number;
  /** Videos of one person look alike. */
  readonly person: number;
  readonly part: DrawnPart;
  /** Of the video, from 0. */
  readonly row: number;
  readonly frame: number;
  readonly moment: Moment;
  /** Uniform in [0, 1), of this frame and a number. */
  readonly draw: (k: number) => number;
}

export interface FrameOptions {
  readonly videos: number;
  readonly frames: number;
  readonly seed: number;
  /** Every frame, or with gaps. */
  readonly dense: boolean;
  /** Videos in a row that show one person. */
  readonly videosOfPerson: number;
}

/** All frames, by video, in order. */
export function drawnFrames({ videos, frames, seed, dense, videosOfPerson }: FrameOptions): readonly DrawnFrame[] {
  return Array.from({ length: videos }, (_, video) => {
    const places = dense ? Array.from({ length: frames }, (__, i) => i + 1) : sparse(seed, video, frames);
    const moments = perform(seed, video, (places.at(-1) ?? 0) + 1);
    const person = Math.floor(video / videosOfPerson);
    return places.flatMap((frame, row): DrawnFrame[] => {
      const moment = moments[frame - 1];
      const draw = (k: number) => uniform(seed, video, frame, k);
      return moment === undefined ? [] : [{ video, person, part: drawnPart(person), row, frame, moment, draw }];
    });
  }).flat();
}

/** Annotated frames, numbered from 1, with gaps: half of them at most 4 apart. */
function sparse(seed: number, video: number, count: number): readonly number[] {
  const places: number[] = [];
  let frame = 1;
  for (let i = 0; i < count; i += 1) {
    places.push(frame);
    const draw = uniform(seed, video, i, 8);
    frame += draw < 0.2 ? 1 : draw < 0.95 ? 2 + Math.floor(5 * uniform(seed, video, i, 7)) : 12;
  }
  return places;
}
