import type { Box, BoxKind } from "./drawing.ts";

/** How a box looks: its kind, or that all its weights are frozen. Also the name of its class in style sheets. */
export type Look = BoxKind | "frozen";

export function lookOf({ kind, weights }: Box): Look {
  return weights === "frozen" ? "frozen" : kind;
}

export const ink = "#1f2937";

/** Colours on white. */
export const colours: Readonly<Record<Look, { readonly fill: string; readonly line: string }>> = {
  field: { fill: "#f6f1e4", line: "#b08c3a" },
  feature: { fill: "#f3edfa", line: "#8a63bf" },
  layer: { fill: "#eef3fb", line: "#5470c6" },
  frozen: { fill: "#edf0f3", line: "#94a3b8" },
  head: { fill: "#e6f5ea", line: "#3ba272" },
  loss: { fill: "#fdecea", line: "#c65654" },
  stage: { fill: "#eef3fb", line: "#5470c6" },
  assembly: { fill: "#e6f5ea", line: "#3ba272" },
  export: { fill: "#f6f1e4", line: "#b08c3a" },
};
