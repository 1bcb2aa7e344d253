/** What a task means, apart from how any data set encodes it (language rule 35). */
export type TaskMeaning = UnitsMeaning | ClassesMeaning | ScalarMeaning;

/** Independent binary units, such as action units: width = number of units, sigmoid, mean binary F1. */
export interface UnitsMeaning {
  readonly kind: "units";
  readonly names: readonly string[];
}

/** One of several exclusive classes, such as expressions: width = number of classes, softmax, macro F1. */
export interface ClassesMeaning {
  readonly kind: "classes";
  readonly names: readonly string[];
  /** The classes are the training part's videos: how many is known where the data are. */
  readonly byVideo?: true;
}

/** One real number, such as valence: width 1, tanh scaled to the range if it is bounded, CCC. */
export interface ScalarMeaning {
  readonly kind: "scalar";
  readonly min: number;
  readonly max: number;
}

/** How many numbers a head of this task gives per frame. */
export function widthOf(meaning: TaskMeaning): number {
  return meaning.kind === "scalar" ? 1 : meaning.names.length;
}

/** How many mask entries a row has: one per unit, but one for a class distribution or a scalar. */
export function maskWidthOf(meaning: TaskMeaning): number {
  return meaning.kind === "units" ? meaning.names.length : 1;
}
