import { sAffWild2 } from "../../compiler/library/s-aff-wild2.ts";

/**
 * The multi-task challenge's file (ABAW 7 and 11): a header of five names over 16 columns: the image, valence and arousal within −1 and 1,
 * the expression's number, and 0 or 1 for each of the 12 action units.
 */
export const submissionHeader = "image,valence,arousal,expression,aus";

export const submissionColumns = 1 + sAffWild2.scalars.length + 1 + sAffWild2.units.length;

/** What stands for a frame of which nothing is known: no valence, no arousal, the first expression, no unit. */
export const zeroCells: readonly string[] = [
  ...sAffWild2.scalars.map(() => (0).toFixed(6)),
  "0",
  ...sAffWild2.units.map(() => "0"),
];
