/** A graph to be drawn: boxes in groups within groups, arrows between boxes. Everything can be written as JSON. */
export interface Drawing {
  readonly title: string;
  /** Which way most arrows point. */
  readonly direction: "down" | "right";
  /** Each after the group around it. */
  readonly groups: readonly Box[];
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export type BoxKind = "field" | "feature" | "layer" | "head" | "loss" | "stage" | "assembly" | "export";

/** A box; a group is one that others stand in, and looks like this while it is closed. */
export interface Box {
  /** Not twice in a drawing. Text of a spec: anything may stand in it. */
  readonly id: string;
  /** The group that it stands in; undefined for none. */
  readonly group: string | undefined;
  readonly kind: BoxKind;
  readonly title: string;
  /** Short, under the title. */
  readonly lines: readonly string[];
  /** What is told of it when it is chosen: name and value. */
  readonly details: readonly (readonly [name: string, value: string])[];
  /** Where the spec says it; the line counts from 1. */
  readonly place: { readonly file: string; readonly line: number } | undefined;
  /** Whether its weights are updated; undefined if it has none. */
  readonly weights: "trained" | "frozen" | "mixed" | undefined;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Empty for none. */
  readonly label: string;
  /** Dashed: weights that are copied once, not values that flow. */
  readonly dashed: boolean;
}
