import { fn, type LibraryCalls } from "./library-function.ts";
import {
  call,
  duration,
  float,
  int,
  labels,
  list,
  may,
  metric,
  must,
  options,
  part,
  range,
  span,
  stream,
} from "./type.ts";

const of = must(stream);
const trials = { trials: may(int), prune: may(call("pruner")), stop: may(duration), seed: may(int) };

/** What is done with streams after training, and searches (language rules 68 to 72). */
export const afterCalls: LibraryCalls = {
  gaussian: fn(
    "stream",
    "Smoothed by a Gaussian over the distance in frames or rows, within a video; nothing further than `within` counts.",
    {
      stream: of,
      sigma: must(span),
      within: may(span),
    },
  ),
  box: fn("stream", "The mean over a window of this whole width, within a video.", { stream: of, width: must(span) }),
  median: fn("stream", "The median over a window of this whole width, within a video.", {
    stream: of,
    width: must(span),
  }),
  threshold: fn("stream", "Units of at least this value are 1, others 0: one number, one for each unit, or fitted.", {
    stream: of,
    at: must(options(call("fitted"), float, list(float))),
  }),
  fit: fn(
    "fitted",
    "A number chosen for the score of the task it stands in, on rows `on`, in `cross` parts of videos so that no row is judged by what it chose.",
    {
      range: may(range),
      by: may(float, "0.05"),
      each: may(labels("label", "all"), "all"),
      on: may(part),
      cross: may(int, "5"),
    },
  ),
  folded: fn(
    "stream",
    "Members from the folds of one data set: a labelled row is judged by the one that did not train on it.",
    {
      members: must(list(stream)),
    },
  ),
  bias: fn("stream", "Added to the numbers of each class before the greatest is taken.", {
    stream: of,
    by: must(options(call("fitted"), float, list(float))),
  }),
  match_moments: fn("stream", "Brought to the centre and spread of labels.", { stream: of, to: must(call("fitted")) }),
  log: fn("space", "A range that is searched evenly by its logarithm.", { range: must(range) }),
  tpe: fn(
    "search",
    "A search by tree-structured Parzen estimators (Bergstra et al., 2011). `trials` or `stop` says when it ends.",
    trials,
  ),
  random: fn("search", "Points drawn at random. `trials` or `stop` says when it ends.", trials),
  asha: fn("pruner", "Ends the trials that are behind at each rung (arXiv 1810.05934).", {
    metric: may(metric),
    every: may(duration),
    factor: may(int),
  }),
};
