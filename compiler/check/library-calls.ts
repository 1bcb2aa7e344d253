import type { Family } from "./things.ts";
import {
  any,
  axis,
  bool,
  call,
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
  tensor,
} from "./type.ts";

/** A function of the library whose result is a value, not a tensor. Its arguments keep their names, so that overrides reach them. */
export interface LibraryCall {
  readonly family: Family;
  readonly params: Params;
  /** Any number of arguments are collected into the first parameter, a list. */
  readonly variadic?: true;
  /** What this version lacks of it: it is checked, and refused where it would be used. */
  readonly later?: true;
}

const rate = must(schedule);
const warmup = may(orNone(duration));
const classWeights = may(orNone(call("class weights")));

/** Everything that a spec may call outside modules, by name (language rules b.8). */
export const library: Readonly<Record<string, LibraryCall>> = {
  // Tasks
  units: { family: "meaning", params: { names: must(list(axis)) }, variadic: true },
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
      dims: may(list(int)),
      layout: may(axis),
      missing: may(labels("zero", "nearest", "mask", "error")),
      per: may(labels("frame", "video")),
    },
    later: true,
  },
  column: {
    family: "labels",
    params: { name: must(options(string, axis)), classes: may(list(axis)), missing: may(options(float, string)) },
  },
  columns: {
    family: "labels",
    params: { names: must(list(options(axis, string))), missing: may(options(float, string)) },
  },
  random_split: { family: "split", params: { share: must(float), by: may(options(string, axis)), seed: may(int) } },
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
  whole_video: { family: "clip", params: {}, later: true },
  flip: { family: "augmentation", params: { probability: may(float) } },
  crop: { family: "augmentation", params: { area: must(range) } },
  rotate: { family: "augmentation", params: { degrees: must(float) } },
  jitter: { family: "augmentation", params: { amount: must(float) } },
  affine: { family: "augmentation", params: { rotate: may(float), shift: may(float), scale: may(range) }, later: true },
  erase: { family: "augmentation", params: { probability: may(float) }, later: true },
  noise: { family: "augmentation", params: { deviation: may(float) }, later: true },
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
  sam: { family: "optimiser", params: { base: must(call("optimiser")), rho: may(float) }, later: true },
  constant: { family: "schedule", params: { value: must(float), warmup } },
  cosine: { family: "schedule", params: { peak: must(float), warmup, floor: may(float) } },
  step: { family: "schedule", params: { peak: must(float), factor: must(float), every: must(duration), warmup } },
  exponential: { family: "schedule", params: { peak: must(float), factor: must(float), every: may(duration), warmup } },
  ramp: { family: "schedule", params: { start: must(float), end: must(float), over: must(duration) } },
  piecewise: { family: "schedule", params: { values: must(any) }, later: true },
  plateau: {
    family: "schedule",
    params: { peak: must(float), factor: may(float), patience: may(duration) },
    later: true,
  },
  // Weights
  load: {
    family: "weights",
    params: {
      file: must(string),
      names: may(axis),
      under: may(string),
      into: may(string),
      fresh: may(list(string)),
      drop: may(list(string)),
      resize: may(list(string)),
    },
  },
  normal: { family: "initialiser", params: { deviation: must(float) } },
  uniform: { family: "initialiser", params: { bound: must(float) } },
  // Losses and class weights
  bce: { family: "loss", params: { task: must(any), weight: classWeights, pos_weight: classWeights } },
  ce: { family: "loss", params: { task: must(any), weight: classWeights } },
  ccc: { family: "loss", params: { task: must(any), unbiased: may(bool) } },
  mse: { family: "loss", params: { task: must(any), to: may(tensor) } },
  l1: { family: "loss", params: { task: must(any), to: may(tensor) } },
  focal: { family: "loss", params: { task: must(any), gamma: may(float), alpha: may(float) }, later: true },
  asl: {
    family: "loss",
    params: { task: must(any), gamma_neg: may(float), gamma_pos: may(float), clip: may(float) },
    later: true,
  },
  ldam: { family: "loss", params: { task: must(any), max_margin: may(float), scale: may(float) }, later: true },
  kl: { family: "loss", params: { a: must(any), b: must(any) }, later: true },
  inverse_frequency: { family: "class weights", params: { one: may(labels("min", "mean")) } },
  // What is measured and kept
  score: { family: "metric", params: { task: must(task) } },
  accuracy: { family: "metric", params: { task: must(task) } },
  best: { family: "keep", params: { metric: must(metric) } },
  least: { family: "keep", params: { term: must(any) }, later: true },
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
    params: { range: must(range), by: may(float), each: may(labels("label", "all")), on: may(part), cross: may(int) },
  },
  folded: { family: "stream", params: { members: must(list(stream)) }, later: true },
  bias: { family: "stream", params: { stream: must(stream), by: must(any) }, later: true },
  match_moments: { family: "stream", params: { stream: must(stream), to: must(any) }, later: true },
};

/** Keys of a stage's block and what each takes; those that read the model's names are evaluated with them in scope. */
export const stageKeys = {
  where: { type: call("rows"), model: false },
  clip: { type: orNone(call("clip")), model: false },
  init: { type: any, model: true },
  loss: { type: map, model: true },
  augment: { type: list(call("augmentation")), model: false },
  optimizer: { type: call("optimiser"), model: false },
  params: { type: map, model: true },
  batch: { type: int, model: false },
  duration: { type: duration, model: false },
  seed: { type: int, model: false },
  keep: { type: call("keep"), model: true },
  patience: { type: orNone(duration), model: false },
  max_grad_norm: { type: orNone(float), model: false },
  ema: { type: orNone(float), model: false },
  evaluate: {
    type: record(axis, any),
    model: false,
  },
  precision: { type: labels("fp32", "bf16"), model: false },
  accumulate: { type: int, model: false },
} as const;

export type StageKey = keyof typeof stageKeys;

/** Keys that the language has and this version does not carry out. */
export const laterStageKeys: ReadonlySet<string> = new Set(["views", "mix", "balance", "adapt", "sample", "validate"]);

/** Keys of a data block. */
export const dataKeys = {
  format: call("format"),
  root: options(string, list(string)),
  train: string,
  val: string,
  test: string,
  fields: record(axis, call("field")),
  labels: record(axis, call("labels")),
  duplicates: labels("keep_first", "keep_last", "error"),
  split: call("split"),
  folds: call("split"),
  fps: float,
} as const;

export type DataKey = keyof typeof dataKeys;
