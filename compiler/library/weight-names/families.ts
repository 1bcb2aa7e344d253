import { convolutions, timmConvolutions } from "./convolutions.ts";
import type { NameMap } from "./name-map.ts";
import { transformers } from "./transformers.ts";

/** Families of files whose names are known; `abaw` are our own. */
export const nameMaps = {
  abaw: { doc: "our own: the path of the weight", rules: [] },
  ...transformers,
  ...convolutions,
  timm: { ...transformers.timm, rules: [...timmConvolutions, ...transformers.timm.rules] },
} as const satisfies Readonly<Record<string, NameMap>>;

export type Family = keyof typeof nameMaps;

export const families = [
  "abaw",
  "mae",
  "timm",
  "dinov2",
  "hugging_face",
  "torchvision",
  "insightface",
  "ddamfn",
  "clip",
] as const satisfies readonly Family[];

/** The map of a family; our own where none is named. */
export function nameMapOf(name: string | undefined): NameMap {
  return nameMaps[families.find((family) => family === name) ?? "abaw"];
}

/** Counters that PyTorch keeps beside running statistics, and that nothing reads. */
export const counters = ["num_batches_tracked", "{front}.num_batches_tracked"] as const;
