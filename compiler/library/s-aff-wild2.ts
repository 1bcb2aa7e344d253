/** What the s-Aff-Wild2 annotation files label, in the order of their columns and codes (ABAW 7, multi-task track). */
export const sAffWild2: {
  readonly scalars: readonly string[];
  readonly classes: readonly string[];
  readonly units: readonly string[];
} = {
  scalars: ["valence", "arousal"],
  classes: ["Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Other"],
  units: ["AU1", "AU2", "AU4", "AU6", "AU7", "AU10", "AU12", "AU15", "AU23", "AU24", "AU25", "AU26"],
};
