import { own } from "./own.ts";

/** Our argument for what other tools call otherwise: the first of these that is taken. */
const usualArguments: Readonly<Record<string, readonly string[]>> = {
  axis: ["over"],
  bidirectional: ["both"],
  d_model: ["dim"],
  dim: ["over", "axis"],
  dropout: ["drop"],
  embed_dim: ["dim"],
  hidden_dim: ["hidden"],
  hidden_size: ["hidden"],
  kernel_size: ["kernel"],
  label_smoothing: ["smoothing"],
  learning_rate: ["lr"],
  n_heads: ["heads"],
  nhead: ["heads"],
  num_heads: ["heads"],
  num_layers: ["layers", "depth"],
  out_channels: ["out"],
  out_features: ["out"],
  padding: ["pad"],
  patch_size: ["patch"],
  warmup_epochs: ["warmup"],
  warmup_steps: ["warmup"],
  wd: ["weight_decay"],
};

/** What says the same here as names of PyTorch and Python, without their case. */
export const usualNames: Readonly<Record<string, string>> = {
  batchnorm1d: "batch_norm",
  batchnorm2d: "batch_norm",
  bcewithlogitsloss: "bce",
  binary_cross_entropy: "bce",
  cat: "concat",
  color_jitter: "jitter",
  colorjitter: "jitter",
  conv1d: "conv_time",
  conv2d: "conv",
  cosineannealinglr: "cosine",
  cross_entropy: "ce",
  crossentropyloss: "ce",
  f1: "score",
  f1_score: "score",
  false: "false",
  flatten: "view",
  layernorm: "layer_norm",
  mseloss: "mse",
  none: "none",
  null: "none",
  randomcrop: "crop",
  randomhorizontalflip: "flip",
  randomresizedcrop: "crop",
  reshape: "view",
  true: "true",
};

const ofPyTorch: ReadonlySet<string> = new Set(["nn", "torch", "self", "F"]);

export function usualArgument(name: string, names: readonly string[]): string | undefined {
  const ours = own(usualArguments, name.toLowerCase())?.find((each) => names.includes(each));
  return ours === undefined ? undefined : `that is \`${ours}\` here`;
}

export function usualName(name: string): string | undefined {
  if (ofPyTorch.has(name)) return "layers are called by their names alone, such as linear(64) or relu";
  const ours = own(usualNames, name.toLowerCase());
  return ours === undefined ? undefined : `that is \`${ours}\` here`;
}
