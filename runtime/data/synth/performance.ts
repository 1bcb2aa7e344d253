import { sAffWild2 } from "../../../compiler/library/s-aff-wild2.ts";
import { uniform } from "../loader/random.ts";

/** One frame of a performance: intensities of the 12 action units in 0..1, and what they are taken to mean. */
export interface Moment {
  readonly units: ReadonlyMap<string, number>;
  /** Index of the expression. */
  readonly expression: number;
  readonly valence: number;
  readonly arousal: number;
}

/** Which units make up an expression, after EMFACS; Neutral has none, Other is a mix of its own. */
const prototypes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Neutral: {},
  Anger: { AU4: 1, AU7: 0.8, AU23: 0.9, AU24: 0.7 },
  Disgust: { AU10: 1, AU4: 0.5, AU7: 0.6, AU15: 0.4 },
  Fear: { AU1: 0.9, AU2: 0.6, AU4: 0.7, AU25: 0.7, AU7: 0.4 },
  Happiness: { AU6: 0.9, AU12: 1, AU25: 0.6, AU7: 0.3 },
  Sadness: { AU1: 0.8, AU4: 0.6, AU15: 1 },
  Surprise: { AU1: 0.9, AU2: 1, AU25: 0.9, AU26: 0.9 },
  Other: { AU12: 0.5, AU24: 0.8, AU2: 0.7 },
};

/** How units move valence and arousal. */
const valenceOf: Readonly<Record<string, number>> = {
  AU6: 0.4,
  AU12: 0.7,
  AU4: -0.35,
  AU15: -0.45,
  AU10: -0.45,
  AU1: -0.1,
  AU23: -0.2,
};
const arousalOf: Readonly<Record<string, number>> = {
  AU26: 0.4,
  AU25: 0.3,
  AU2: 0.3,
  AU7: 0.2,
  AU4: 0.25,
  AU12: 0.2,
  AU15: -0.3,
  AU23: 0.25,
};

/** Onset, apex and offset of one episode take so many frames. */
const episodeFrames = 56;
/** Values follow the units with this share per frame, so that they are smooth. */
const follow = 0.25;

/** A performance of so many frames: episodes of expressions in an order of the video's own, each rising, holding and falling. */
export function perform(seed: number, video: number, frames: number): readonly Moment[] {
  const { classes, units } = sAffWild2;
  const moments: Moment[] = [];
  let valence = 0;
  let arousal = -0.2;
  for (let frame = 0; frame < frames; frame += 1) {
    const episode = Math.floor(frame / episodeFrames);
    const expression =
      orderOf(seed, video, Math.floor(episode / classes.length), classes.length)[episode % classes.length] ?? 0;
    const strength = 0.75 + 0.25 * uniform(seed, video, episode, 1);
    const intensity = strength * envelope((frame % episodeFrames) / episodeFrames);
    const prototype = prototypes[classes[expression] ?? ""] ?? {};
    const values = new Map<string, number>();
    units.forEach((unit, i) => {
      const wave = Math.sin(frame * (0.05 + 0.04 * uniform(seed, video, i, 2)) + 7 * uniform(seed, video, i, 3));
      const idle = 0.1 * Math.max(0, wave);
      values.set(unit, Math.min(1, (prototype[unit] ?? 0) * intensity + idle));
    });
    const sum = (weights: Readonly<Record<string, number>>) =>
      Object.entries(weights).reduce((total, [unit, weight]) => total + weight * (values.get(unit) ?? 0), 0);
    valence += follow * (clamp(sum(valenceOf)) - valence);
    arousal += follow * (clamp(sum(arousalOf) * 0.9 - 0.2) - arousal);
    moments.push({ units: values, expression: intensity > 0.3 ? expression : 0, valence, arousal });
  }
  return moments;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

/** Rises over a fifth, holds, falls over a fifth. */
function envelope(t: number): number {
  return Math.min(1, t / 0.2, (1 - t) / 0.2);
}

function orderOf(seed: number, video: number, round: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => uniform(seed, video, round, a, 4) - uniform(seed, video, round, b, 4),
  );
}
