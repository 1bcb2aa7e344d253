import type { Stream } from "./plan.ts";

/** A stage's head, and what it is multiplied by. */
export interface WeightedHead {
  readonly head: Extract<Stream, { readonly kind: "head" }>;
  readonly weight: number;
}

/**
 * The heads whose weighted sum an exported file gives for a stream (language rule 75). Smoothing and thresholds stay outside, as they need
 * a whole video.
 */
export function weightedHeads(stream: Stream, weight = 1): readonly WeightedHead[] {
  switch (stream.kind) {
    case "head":
      return [{ head: stream, weight }];
    case "blend":
      return stream.parts.flatMap((part) => weightedHeads(part.stream, weight * part.weight));
    case "later":
      throw new Error(`${stream.what} is refused before anything is written`);
    default:
      return weightedHeads(stream.stream, weight);
  }
}

/**
 * What of a stream no file gives, in words. A threshold or a median stays outside only of the whole: the sum of what they make of their
 * parts is nothing that can be made of the parts' sum.
 */
export function unwritten(stream: Stream, inBlend = false): string | undefined {
  switch (stream.kind) {
    case "head":
      return undefined;
    case "blend":
      return stream.parts.map((part) => unwritten(part.stream, true)).find((what) => what !== undefined);
    case "later":
      return `the export of \`${stream.what}\``;
    case "median":
    case "threshold":
      if (inBlend) return `the export of a blend with \`${stream.kind}\` inside`;
  }
  return unwritten(stream.stream, inBlend);
}
