import { fn, fnOfMany, type LibraryCalls } from "./library-function.ts";
import {
  axis,
  data,
  float,
  int,
  labels,
  list,
  may,
  must,
  options,
  range,
  record,
  schedule,
  stream,
  string,
} from "./type.ts";

/** How stored features are laid out in their file. */
export const layouts = [
  "h5_video_frame",
  "h5_frame_video",
  "npy_by_video",
  "npz_arrays",
  "pickle_by_path",
  "safetensors",
] as const;

/** What tasks mean and where data lie (language rules 35 to 42). */
export const dataCalls: LibraryCalls = {
  units: fnOfMany(
    "meaning",
    "A task of independent binary units, such as action units: one number each, sigmoid, mean binary F1.",
    {
      names: must(list(axis)),
    },
  ),
  classes: fnOfMany(
    "meaning",
    "A task of exclusive classes, such as expressions: softmax, macro F1. `classes(video)` has one class for each training video.",
    { names: must(list(axis)) },
  ),
  scalar: fn("meaning", "A task of one real number, such as valence: tanh scaled to its range if it has one, CCC.", {
    range: may(range, "unbounded"),
  }),
  csv: fn("format", "A table with one row for each frame; `image` and `video` name its columns.", {
    file: must(string),
    image: may(string),
    video: may(string),
  }),
  synthetic: fn("format", "Drawn faces that show their labels: data for a trial, made in memory.", {
    videos: may(int, "8"),
    frames: may(int, "60"),
    seed: may(int, "0"),
  }),
  images: fn("field", "A picture for each frame, decoded to size x size: [c: 3, h, w] in 0 .. 1.", {
    folder: must(string),
    size: must(int),
    column: may(string),
  }),
  features: fn(
    "field",
    "Numbers for each frame that another program stored. `dims` are their sizes; with `missing: mask`, `x.present` tells.",
    {
      file: must(string),
      dims: must(list(int)),
      layout: must(labels(...layouts)),
      missing: may(labels("zero", "nearest", "mask", "error"), "error"),
      per: may(labels("frame", "video"), "frame"),
    },
  ),
  blend: fn("blend", "Several data sets in one batch, each with its share, a number or a schedule.", {
    shares: must(record(data, schedule)),
  }),
  column: fn(
    "labels",
    "Labels of one column: a class's name or number, or a number. `mixtures` names several classes in equal shares, `weight` the column of the rows' weights.",
    {
      name: must(options(string, axis)),
      classes: may(list(axis)),
      missing: may(options(float, string)),
      mixtures: may(record(axis, list(axis))),
      weight: may(string),
    },
  ),
  columns: fn("labels", "Labels of units, one column each; a cell that is `missing` has no label.", {
    names: must(list(options(axis, string))),
    missing: may(options(float, string)),
  }),
  fill: fn(
    "labels",
    "Pseudo-labels: missing labels of the training part, filled in by a finished stage where it is sure.",
    {
      stream: must(stream),
      above: may(float),
    },
  ),
  random_split: fn(
    "split",
    "A random part of the rows trains, the rest judges; rows that agree in `by` stay together.",
    {
      share: must(float),
      by: may(options(string, axis)),
      seed: may(int, "0"),
    },
  ),
  column_split: fn("split", "Parts by the value of a column; rows of another value are in none.", {
    column: must(string),
    train: must(string),
    val: may(string),
    test: may(string),
  }),
  folds: fn("split", "Parts for cross-validation; rows that agree in `by` stay together.", {
    count: must(int),
    by: may(options(string, axis)),
    seed: may(int, "0"),
  }),
};
