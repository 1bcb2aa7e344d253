import { families } from "../library/weight-names/index.ts";
import { fn, fnOfMany, type LibraryCalls } from "./library-function.ts";
import {
  axis,
  bool,
  call,
  duration,
  float,
  int,
  labels,
  list,
  may,
  must,
  orNone,
  range,
  schedule,
  span,
  string,
  task,
} from "./type.ts";

const per = may(labels("frame", "clip"), "frame");
const rate = must(schedule);
const warmup = may(orNone(duration), "none");

/** What rows, clips, augmentation, optimisers, schedules and weights are said with (language rules 44, 49, 56 to 66). */
export const trainingCalls: LibraryCalls = {
  valid: fnOfMany("rows", "Rows that have a label of every one of these tasks.", { tasks: must(list(task)) }),
  any_valid: fnOfMany("rows", "Rows that have a label of at least one of these tasks.", { tasks: must(list(task)) }),
  clip: fn(
    "clip",
    "Windows of `length` rows of a video, a new one every `hop`. `gap` cuts where frames are further apart.",
    {
      length: must(int),
      hop: may(int, "length"),
      by: may(labels("rows", "frames"), "rows"),
      pad: may(labels("repeat", "zero", "mask"), "repeat"),
      gap: may(orNone(span), "none"),
    },
  ),
  whole_video: fn(
    "clip",
    "One clip for each video, of all its rows. Trained on, videos are padded to the longest, which is hidden; judged on, each stands alone.",
  ),
  same: fn("augmentation", "The frame as it is."),
  flip: fn("augmentation", "Left and right exchanged, with a probability.", { probability: may(float, "0.5"), per }),
  crop: fn("augmentation", "A random part of the picture, of a share of its area, scaled back to its size.", {
    area: must(range),
    per,
  }),
  rotate: fn("augmentation", "Turned by a random angle up to `degrees` to either side.", {
    degrees: must(float),
    share: may(float, "1"),
    per,
  }),
  jitter: fn(
    "augmentation",
    "Brightness, contrast and saturation changed at random by up to `amount`, or each by its own; hue if given.",
    {
      amount: must(float),
      contrast: may(float, "amount"),
      saturation: may(float, "amount"),
      hue: may(float, "0"),
      share: may(float, "1"),
      per,
    },
  ),
  affine: fn(
    "augmentation",
    "Turned by up to `rotate` degrees, shifted by up to a share of the side and scaled, at random.",
    {
      rotate: may(float, "0"),
      shift: may(float, "0"),
      scale: may(range, "1 .. 1"),
      share: may(float, "1"),
      per,
    },
  ),
  erase: fn(
    "augmentation",
    "A random rectangle of 2 to 33 % of the picture filled with its mean colour, with a probability (arXiv 1708.04896).",
    {
      probability: may(float, "0.5"),
      per,
    },
  ),
  noise: fn("augmentation", "Normal noise of a deviation, a number or a schedule; pictures have values from 0 to 1.", {
    deviation: must(schedule),
    per,
  }),
  hide: fn("augmentation", "Whole fields, together, set to absent in a share of the rows, or of the clips.", {
    fields: must(list(axis)),
    share: must(float),
    per,
  }),
  mixup: fn(
    "mix",
    "Rows, or clips, of a batch and their labels mixed in pairs, in proportions drawn from Beta(alpha, alpha) (arXiv 1710.09412).",
    {
      alpha: must(float),
    },
  ),
  cutmix: fn("mix", "A rectangle of each picture from another row, labels by area (arXiv 1905.04899).", {
    alpha: must(float),
  }),
  adamw: fn("optimiser", "Adam with decoupled weight decay (arXiv 1711.05101).", {
    lr: rate,
    weight_decay: may(float, "0.01"),
    betas: may(list(float), "[0.9, 0.999]"),
    eps: may(float, "1e-8"),
  }),
  adam: fn("optimiser", "Adam (arXiv 1412.6980); weight decay is added to the gradient.", {
    lr: rate,
    weight_decay: may(float, "0"),
    betas: may(list(float), "[0.9, 0.999]"),
    eps: may(float, "1e-8"),
  }),
  sgd: fn("optimiser", "Stochastic gradient descent.", {
    lr: rate,
    momentum: may(float, "0"),
    weight_decay: may(float, "0"),
    nesterov: may(bool, "false"),
  }),
  sam: fn("optimiser", "Sharpness-aware steps of another optimiser, at distance `rho` (arXiv 2010.01412).", {
    base: must(call("optimiser")),
    rho: may(float, "0.05"),
  }),
  constant: fn("schedule", "One value throughout, after the warm-up. As an initialiser: every entry has it.", {
    value: must(float),
    warmup,
  }),
  cosine: fn("schedule", "From the peak to the floor along half a cosine, over the training after the warm-up.", {
    peak: must(float),
    warmup,
    floor: may(float, "0"),
  }),
  step: fn("schedule", "Multiplied by `factor` after every so much training.", {
    peak: must(float),
    factor: must(float),
    every: must(duration),
    warmup,
  }),
  exponential: fn("schedule", "Multiplied by `rate` after every epoch or step.", {
    peak: must(float),
    rate: must(float),
    per: may(labels("epoch", "step"), "epoch"),
    warmup,
  }),
  ramp: fn("schedule", "Linearly from `start` to `end` over a time, then `end`.", {
    start: must(float),
    end: must(float),
    over: must(duration),
  }),
  piecewise: fn("schedule", "Each value from its time on; the first time is 0.", {
    values: must(list(float)),
    at: must(list(duration)),
  }),
  plateau: fn("schedule", "Multiplied by `factor` where what is judged has not improved for `patience`.", {
    peak: must(float),
    factor: may(float, "0.1"),
    patience: may(duration, "10 epochs"),
    warmup,
  }),
  load: fn(
    "weights",
    "Weights of a file. `names` says whose names it has; `under` and `into` are prefixes there and here; what is not in it is `fresh`, what is left over is to `drop`, and tables of positions may be `resize`d.",
    {
      file: must(string),
      names: may(labels(...families), "abaw"),
      under: may(string),
      into: may(string),
      fresh: may(list(string), "[]"),
      drop: may(list(string), "[]"),
      resize: may(list(string), "[]"),
    },
  ),
  normal: fn("initialiser", "Drawn from the normal distribution of mean 0.", { deviation: must(float) }),
  uniform: fn("initialiser", "Drawn evenly within plus and minus `bound`.", { bound: must(float) }),
  xavier: fn("initialiser", "Evenly within gain √(6 / (inputs + outputs)) (Glorot and Bengio, 2010).", {
    gain: may(float, "1"),
  }),
  frozen: fn("freezing", "Not trained until a time; as a plain word, not at all.", { until: must(duration) }),
  lora: fn("adapter", "A low-rank product added to a linear layer: alpha / rank times B A (arXiv 2106.09685).", {
    rank: must(int),
    alpha: may(float, "rank"),
  }),
  bottleneck: fn(
    "adapter",
    "Two narrow linear layers with an activation between, added to what a linear layer gives (arXiv 1902.00751).",
    { width: must(int), act: may(labels("relu", "gelu"), "gelu") },
  ),
  balanced: fn(
    "sampler",
    "Rows drawn with replacement, so that classes come up equally often. As a plain word in a loss: weights counted over the training rows.",
    {
      task: must(task),
    },
  ),
};
