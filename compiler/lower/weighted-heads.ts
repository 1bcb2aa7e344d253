import type { Stream } from "./plan.ts";

/** A stage's head, and what it is multiplied by. */
export interface WeightedHead {
  readonly head: Extract<Stream, { readonly kind: "head" }>;
  readonly weight: number;
}

/**
 * The heads whose weighted sum an exported file gives for a stream, of folds their mean (language rule 75). Smoothing stays outside, as it
 * needs a whole video, and so does what is done to the whole after it: thresholds, biases and moments.
 */
export function weightedHeads(stream: Stream, weight = 1): readonly WeightedHead[] {
  switch (stream.kind) {
    case "head":
      return [{ head: stream, weight }];
    case "blend":
      return stream.parts.flatMap((part) => weightedHeads(part.stream, weight * part.weight));
    case "folded":
      return stream.streams.flatMap((each) => weightedHeads(each, weight / stream.streams.length));
    default:
      return weightedHeads(stream.stream, weight);
  }
}

/**
 * What of a stream no file gives, in words. What is no sum stays outside only of the whole: the sum of what a threshold or a median makes of
 * parts is nothing that can be made of the parts' sum.
 */
export function unwritten(stream: Stream, inBlend = false): string | undefined {
  switch (stream.kind) {
    case "head":
      return undefined;
    case "blend":
      if (stream.parts.some(({ fit }) => fit !== undefined)) return "the export of a blend with a fitted weight";
      return firstOf(stream.parts.map((part) => part.stream));
    case "folded":
      return firstOf(stream.streams);
    case "median":
    case "threshold":
    case "bias":
    case "match_moments":
      if (inBlend) return `the export of a blend with \`${stream.kind}\` inside`;
  }
  return unwritten(stream.stream, inBlend);
}

function firstOf(streams: readonly Stream[]): string | undefined {
  return streams.map((stream) => unwritten(stream, true)).find((what) => what !== undefined);
}
