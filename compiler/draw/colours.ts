import type { Box, BoxKind } from "./drawing.ts";

/** How a box looks: its kind, or that all its weights are frozen. Also the name of its class in style sheets. */
export type Look = BoxKind | "frozen";

export function lookOf({ kind, weights }: Box): Look {
  return weights === "frozen" ? "frozen" : kind;
}

export const ink = "#1f2937";

interface Colours {
  readonly fill: string;
  readonly line: string;
  /** The same on black. */
  readonly dark: { readonly fill: string; readonly line: string };
}

const blue: Colours = { fill: "#eef3fb", line: "#5470c6", dark: { fill: "#233040", line: "#6f93c6" } };
const sand: Colours = { fill: "#f6f1e4", line: "#b08c3a", dark: { fill: "#332d1f", line: "#a5884a" } };
const green: Colours = { fill: "#e6f5ea", line: "#3ba272", dark: { fill: "#203429", line: "#57ac86" } };

/** Colours on white, and on black. */
export const colours: Readonly<Record<Look, Colours>> = {
  field: sand,
  feature: { fill: "#f3edfa", line: "#8a63bf", dark: { fill: "#2e2939", line: "#9a7fc8" } },
  layer: blue,
  frozen: { fill: "#edf0f3", line: "#94a3b8", dark: { fill: "#2a3035", line: "#77838a" } },
  head: green,
  loss: { fill: "#fdecea", line: "#c65654", dark: { fill: "#3b2726", line: "#cc7a74" } },
  stage: blue,
  assembly: green,
  export: sand,
};
