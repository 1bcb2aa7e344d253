import { nameMapNames } from "./name-maps.ts";
import type { Family } from "./things.ts";
import {
  any,
  axis,
  block,
  bool,
  call,
  data,
  duration,
  float,
  int,
  labels,
  list,
  map,
  may,
  metric,
  must,
  options,
  orNone,
  type Params,
  part,
  range,
  record,
  schedule,
  span,
  stream,
  string,
  task,
} from "./type.ts";

/** A function of the library whose result is a value, not a tensor. Its arguments keep their names, so that overrides reach them. */
export interface LibraryCall {
  readonly family: Family;
  readonly params: Params;
  /** Any number of arguments are collected into the first parameter, a list. */
  readonly variadic?: true;
}

/** How stored features are laid out in their file. */
export const layouts = [
  "h5_video_frame",
  "h5_frame_video",
  "npy_by_video",
  "npz_arrays",
  "pickle_by_path",
  "safetensors",
] as const;

/** A task, a view's task or, of tensors, what is compared. */
const subject = must(any);
const per = may(labels("frame", "clip"));
const terms = may(list(call("term")));
const rate = must(schedule);
const warmup = may(orNone(duration));
const classWeights = may(orNone(call("class weights")));

/** Everything that a spec may call outside modules, by name (language rules b.8). */
export const library: Readonly<Record<string, LibraryCall>> = {
  // Tasks
  units: { family: "meaning", params: { names: must(list(axis)) }, variadic: true },
  /** `classes(video)`: one class for each video of the training part. */
  classes: { family: "meaning", params: { names: must(list(axis)) }, variadic: true },
  scalar: { family: "meaning", params: { range: may(range) } },
  // Data
  csv: { family: "format", params: { file: must(string), image: may(string), video: may(string) } },
  synthetic: { family: "format", params: { videos: may(int), frames: may(int), seed: may(int) } },
  images: { family: "field", params: { folder: must(string), size: must(int), column: may(string) } },
  features: {
    family: "field",
    params: {
      file: must(string),
      dims: must(list(int)),
      layout: must(labels(...layouts)),
      missing: may(labels("zero", "nearest", "mask", "error")),
      per: may(labels("frame", "video")),
    },
  },
  blend: { family: "blend", params: { shares: must(record(data, schedule)) } },
  column: {
    family: "labels",
    params: {
      name: must(options(string, axis)),
      classes: may(list(axis)),
      missing: may(options(float, string)),
      mixtures: may(record(axis, list(axis))),
      weight: may(string),
    },
  },
  fill: { family: "labels", params: { stream: must(stream), above: may(float) } },
  columns: {
    family: "labels",
    params: { names: must(list(options(axis, string))), missing: may(options(float, string)) },
  },
  random_split: { family: "split", params: { share: must(float), by: may(options(string, axis)), seed: may(int) } },
  column_split: {
    family: "split",
    params: { column: must(string), train: must(string), val: may(string), test: may(string) },
  },
  folds: { family: "split", params: { count: must(int), by: may(options(string, axis)), seed: may(int) } },
  // Rows, clips, augmentation
  valid: { family: "rows", params: { tasks: must(list(task)) }, variadic: true },
  any_valid: { family: "rows", params: { tasks: must(list(task)) }, variadic: true },
  clip: {
    family: "clip",
    params: {
      length: must(int),
      hop: may(int),
      by: may(labels("rows", "frames")),
      pad: may(labels("repeat", "zero", "mask")),
      gap: may(orNone(span)),
    },
  },
  whole_video: { family: "clip", params: {} },
  same: { family: "augmentation", params: {} },
  flip: { family: "augmentation", params: { probability: may(float), per } },
  crop: { family: "augmentation", params: { area: must(range), per } },
  rotate: { family: "augmentation", params: { degrees: must(float), share: may(float), per } },
  jitter: {
    family: "augmentation",
    params: {
      amount: must(float),
      contrast: may(float),
      saturation: may(float),
      hue: may(float),
      share: may(float),
      per,
    },
  },
  affine: {
    family: "augmentation",
    params: { rotate: may(float), shift: may(float), scale: may(range), share: may(float), per },
  },
  erase: { family: "augmentation", params: { probability: may(float), per } },
  noise: { family: "augmentation", params: { deviation: must(schedule), per } },
  hide: { family: "augmentation", params: { fields: must(list(axis)), share: must(float) } },
  mixup: { family: "mix", params: { alpha: must(float) } },
  cutmix: { family: "mix", params: { alpha: must(float) } },
  // Optimisers and schedules
  adamw: {
    family: "optimiser",
    params: { lr: rate, weight_decay: may(float), betas: may(list(float)), eps: may(float) },
  },
  adam: {
    family: "optimiser",
    params: { lr: rate, weight_decay: may(float), betas: may(list(float)), eps: may(float) },
  },
  sgd: {
    family: "optimiser",
    params: { lr: rate, momentum: may(float), weight_decay: may(float), nesterov: may(bool) },
  },
  sam: { family: "optimiser", params: { base: must(call("optimiser")), rho: may(float) } },
  constant: { family: "schedule", params: { value: must(float), warmup } },
  cosine: { family: "schedule", params: { peak: must(float), warmup, floor: may(float) } },
  step: { family: "schedule", params: { peak: must(float), factor: must(float), every: must(duration), warmup } },
  exponential: {
    family: "schedule",
    params: { peak: must(float), rate: must(float), per: may(labels("epoch", "step")), warmup },
  },
  ramp: { family: "schedule", params: { start: must(float), end: must(float), over: must(duration) } },
  piecewise: { family: "schedule", params: { values: must(list(float)), at: must(list(duration)) } },
  plateau: { family: "schedule", params: { peak: must(float), factor: may(float), patience: may(duration), warmup } },
  // Weights
  load: {
    family: "weights",
    params: {
      file: must(string),
      names: may(labels(...nameMapNames)),
      under: may(string),
      into: may(string),
      fresh: may(list(string)),
      drop: may(list(string)),
      resize: may(list(string)),
    },
  },
  normal: { family: "initialiser", params: { deviation: must(float) } },
  uniform: { family: "initialiser", params: { bound: must(float) } },
  xavier: { family: "initialiser", params: { gain: may(float) } },
  frozen: { family: "freezing", params: { until: must(duration) } },
  lora: { family: "adapter", params: { rank: must(int), alpha: may(float) } },
  // Losses and class weights
  bce: { family: "loss", params: { task: subject, weight: classWeights, pos_weight: classWeights } },
  ce: { family: "loss", params: { task: subject, weight: classWeights, smoothing: may(float) } },
  ccc: { family: "loss", params: { task: subject, unbiased: may(bool) } },
  mse: { family: "loss", params: { task: subject, to: may(any) } },
  l1: { family: "loss", params: { task: subject, to: may(any) } },
  focal: { family: "loss", params: { task: subject, gamma: may(float), alpha: may(float), weight: classWeights } },
  asl: {
    family: "loss",
    params: { task: subject, gamma_neg: may(float), gamma_pos: may(float), margin: may(float) },
  },
  ldam: { family: "loss", params: { task: subject, margin: may(float), scale: may(float), adjust: may(float) } },
  kl: { family: "loss", params: { task: subject, to: must(any) } },
  inverse_frequency: { family: "class weights", params: { min: may(float), mean: may(float) } },
  balanced: { family: "sampler", params: { task: must(task) } },
  // What is measured and kept
  score: { family: "metric", params: { task: must(task) } },
  accuracy: { family: "metric", params: { task: must(task) } },
  best: { family: "keep", params: { metric: must(metric) } },
  least: { family: "keep", params: { term: must(call("term")) } },
  // Balancing (language rule 54)
  uncertainty: { family: "balance", params: { terms: terms } },
  dwa: { family: "balance", params: { terms: terms, temperature: may(float) } },
  normalized: { family: "balance", params: { terms: terms } },
  gradnorm: { family: "balance", params: { terms: terms, alpha: may(float) } },
  pcgrad: { family: "balance", params: { terms: terms } },
  cagrad: { family: "balance", params: { terms: terms, c: may(float) } },
  mgda: { family: "balance", params: { terms: terms } },
  nash_mtl: { family: "balance", params: { terms: terms } },
  famo: { family: "balance", params: { terms: terms } },
  upgrad: { family: "balance", params: { terms: terms } },
  imtl: { family: "balance", params: { terms: terms } },
  // After training
  gaussian: { family: "stream", params: { stream: must(stream), sigma: must(span), within: may(span) } },
  box: { family: "stream", params: { stream: must(stream), width: must(span) } },
  median: { family: "stream", params: { stream: must(stream), width: must(span) } },
  threshold: {
    family: "stream",
    params: { stream: must(stream), at: must(options(call("fitted"), float, list(float))) },
  },
  fit: {
    family: "fitted",
    params: { range: may(range), by: may(float), each: may(labels("label", "all")), on: may(part), cross: may(int) },
  },
  folded: { family: "stream", params: { members: must(list(stream)) } },
  bias: { family: "stream", params: { stream: must(stream), by: must(options(call("fitted"), float, list(float))) } },
  match_moments: { family: "stream", params: { stream: must(stream), to: must(call("fitted")) } },
  // Searches
  log: { family: "space", params: { range: must(range) } },
  tpe: {
    family: "search",
    params: { trials: may(int), prune: may(call("pruner")), stop: may(duration), seed: may(int) },
  },
  random: {
    family: "search",
    params: { trials: may(int), prune: may(call("pruner")), stop: may(duration), seed: may(int) },
  },
  asha: { family: "pruner", params: { metric: may(metric), every: may(duration), factor: may(int) } },
};

/** Balancers that set weights; the others work on gradients, after them. */
export const weightBalancers: ReadonlySet<string> = new Set(["uncertainty", "dwa", "normalized"]);

export const viewKeys = { augment: list(call("augmentation")), mix: list(call("mix")) } as const;

export const evaluateKeys = {
  clip: orNone(call("clip")),
  merge: labels("mean", "centre", "first"),
  weights: labels("last", "ema"),
  tta: list(call("augmentation")),
  every: duration,
} as const;

/** Keys of a stage's block and what each takes; those that read the model's names are evaluated with them in scope. */
export const stageKeys = {
  where: { type: call("rows"), model: false },
  validate: { type: part, model: false },
  clip: { type: orNone(call("clip")), model: false },
  init: { type: any, model: true },
  views: { type: record(axis, block(viewKeys)), model: false },
  loss: { type: map, model: true },
  balance: { type: orNone(options(call("balance"), list(call("balance")))), model: true },
  augment: { type: list(call("augmentation")), model: false },
  mix: { type: list(call("mix")), model: false },
  sample: { type: orNone(call("sampler")), model: false },
  optimizer: { type: call("optimiser"), model: false },
  adapt: { type: map, model: true },
  params: { type: map, model: true },
  batch: { type: int, model: false },
  accumulate: { type: int, model: false },
  duration: { type: duration, model: false },
  seed: { type: int, model: false },
  keep: { type: options(call("keep"), record(axis, call("keep"))), model: true },
  patience: { type: orNone(duration), model: false },
  max_grad_norm: { type: orNone(float), model: false },
  ema: { type: orNone(float), model: false },
  evaluate: { type: block(evaluateKeys), model: false },
  precision: { type: labels("fp32", "bf16"), model: false },
} as const;

export type StageKey = keyof typeof stageKeys;

/** Keys of a data block. */
export const dataKeys = {
  format: call("format"),
  root: options(string, list(string)),
  train: string,
  val: string,
  test: string,
  fields: record(axis, call("field")),
  labels: record(axis, call("labels")),
  duplicates: labels("keep_first", "keep_last", "keep_all", "error"),
  split: call("split"),
  folds: call("split"),
  fps: float,
} as const;

export type DataKey = keyof typeof dataKeys;
