/** A foreign file's name for a weight of ours. `patches`: a convolution's kernel where we have the matrix of the same product. */
export type NameMap = (path: string) => { readonly tensor: string; readonly arrange?: "patches" | undefined };

const dotted = (path: string): string => path.replace(/\[(\d+)\]/g, ".$1");

/** A vision transformer's names in the files of facebookresearch/mae and timm. */
const transformer: NameMap = (path) => {
  const bare = path.replace(/^trunk\./, "");
  if (bare === "cls") return { tensor: "cls_token" };
  if (bare === "place") return { tensor: "pos_embed" };
  if (bare === "embed.weight") return { tensor: "patch_embed.proj.weight", arrange: "patches" };
  if (bare === "embed.bias") return { tensor: "patch_embed.proj.bias" };
  return { tensor: dotted(bare).replace(".ffn.", ".mlp.") };
};

/** Families of files whose names are known (`mae`: https://github.com/facebookresearch/mae). */
export const nameMaps: { readonly [name in "abaw" | "mae"]: NameMap } = {
  abaw: (path) => ({ tensor: dotted(path) }),
  mae: transformer,
};

/** Families that a spec may name; those without a map here are read by a later version. */
export const nameMapNames = [
  "abaw",
  "mae",
  "timm",
  "dinov2",
  "hugging_face",
  "torchvision",
  "insightface",
  "ddamfn",
] as const;
