/** A tensor of a file in another layout than ours. */
export interface Foreign {
  readonly name: string;
  /** A convolution's kernel [out, c, p, p], where we have the matrix [out, p × p × c]. */
  readonly patches?: true;
  /** Places of patches alone, where ours have one of the class token before them. */
  readonly withoutClass?: true;
}

/** What timm calls a weight of an encoder named `face`. */
export function timmName(of: string, path: string): Foreign {
  const bare = path
    .replace(/^face\.(trunk\.)?/, "")
    .replace(/\[(\d+)\]/g, ".$1")
    .replace(".ffn.", ".mlp.");
  if (bare === "cls") return { name: "cls_token" };
  if (bare === "reg") return { name: "reg_token" };
  if (bare === "place")
    return of === "dinov2_giant" ? { name: "pos_embed", withoutClass: true } : { name: "pos_embed" };
  if (bare === "embed.weight" || bare === "patch_embed.proj.weight")
    return { name: "patch_embed.proj.weight", patches: true };
  if (bare === "embed.bias") return { name: "patch_embed.proj.bias" };
  if (of === "mae" && bare.startsWith("norm.")) return { name: `fc_${bare}` };
  if (of === "clip" && bare === "proj.weight") return { name: "head.weight" };
  return {
    name: bare
      .replace(/\.ls(\d)$/, of === "dinov3" ? ".gamma_$1" : ".ls$1.gamma")
      .replace(".w12.", ".fc1.")
      .replace(".w3.", ".fc2."),
  };
}

/** Their numbers in our layout. */
export function toOurs(
  { patches, withoutClass }: Foreign,
  theirs: Float64Array,
  shape: readonly number[],
): Float64Array {
  if (patches) return reordered(theirs, shape, "ours");
  if (!withoutClass) return theirs;
  const [rows = 1, width = 1] = shape.slice(-2);
  const ours = new Float64Array((rows + 1) * width);
  ours.set(theirs, width);
  return ours;
}

/** Ours in theirs, of which the sizes are. */
export function toTheirs(
  { patches, withoutClass }: Foreign,
  ours: Float64Array,
  shape: readonly number[],
): Float64Array {
  if (patches) return reordered(ours, shape, "theirs");
  return withoutClass ? ours.subarray(shape.at(-1) ?? 1) : ours;
}

function reordered(from: Float64Array, shape: readonly number[], to: "ours" | "theirs"): Float64Array {
  const [out = 1, channels = 1, rows = 1, columns = 1] = shape;
  const into = new Float64Array(from.length);
  for (let o = 0; o < out; o += 1)
    for (let c = 0; c < channels; c += 1)
      for (let p = 0; p < rows * columns; p += 1) {
        const theirs = (o * channels + c) * rows * columns + p;
        const ours = (o * rows * columns + p) * channels + c;
        if (to === "ours") into[ours] = from[theirs] ?? 0;
        else into[theirs] = from[ours] ?? 0;
      }
  return into;
}
