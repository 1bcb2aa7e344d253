import { balancers } from "../library/balancers.ts";
import { losses } from "../library/losses/index.ts";
import { fn, type LibraryCalls } from "./library-function.ts";
import { any, bool, call, float, list, may, metric, must, orNone, task } from "./type.ts";

/** A task, a view's task or, of tensors, what is compared. */
const subject = must(any);
const classWeights = may(orNone(call("class weights")), "none");
const terms = may(list(call("term")), "all");
/** A number that a loss reads, with what it usually is. */
const setting = (loss: string, name: string) => may(float, String(losses[loss]?.settings?.[name]));

/** Losses, what is measured and kept, and how terms are balanced (language rules 52, 54, 63 to 65). */
export const lossCalls: LibraryCalls = {
  bce: fn(
    "loss",
    "Binary cross entropy of each unit, over labelled entries. `pos_weight` counts positive entries against negative ones.",
    {
      task: subject,
      weight: classWeights,
      pos_weight: classWeights,
    },
  ),
  ce: fn("loss", "Cross entropy over classes, over labelled rows.", {
    task: subject,
    weight: classWeights,
    smoothing: setting("ce", "smoothing"),
  }),
  ccc: fn("loss", "1 − the concordance correlation coefficient, over the labelled rows of a batch (Lin, 1989).", {
    task: subject,
    unbiased: may(bool, "false"),
  }),
  mse: fn("loss", "Squared error of a scalar, over labelled rows; of two tensors, their mean squared difference.", {
    task: subject,
    to: may(any),
  }),
  l1: fn("loss", "Absolute error of a scalar, over labelled rows; of two tensors, their mean absolute difference.", {
    task: subject,
    to: may(any),
  }),
  focal: fn("loss", "Cross entropy times (1 − p)^gamma, so that what is easy counts less (arXiv 1708.02002).", {
    task: subject,
    gamma: setting("focal", "gamma"),
    alpha: may(float),
    weight: classWeights,
    pos_weight: classWeights,
  }),
  asl: fn(
    "loss",
    "Asymmetric loss of units: one focus for positive, one for negative entries, easy negatives left out (arXiv 2009.14119).",
    {
      task: subject,
      gamma_neg: setting("asl", "gamma_neg"),
      gamma_pos: setting("asl", "gamma_pos"),
      margin: setting("asl", "margin"),
      weight: classWeights,
    },
  ),
  ldam: fn(
    "loss",
    "Cross entropy with wider margins for rare classes (arXiv 1906.07413); `adjust` shifts logits by log frequencies (arXiv 2007.07314).",
    {
      task: subject,
      margin: setting("ldam", "margin"),
      scale: setting("ldam", "scale"),
      adjust: setting("ldam", "adjust"),
      weight: classWeights,
    },
  ),
  kl: fn(
    "loss",
    "Kullback-Leibler divergence KL(task ‖ to) over frames, labelled or not: of a task, a view's task or another stage's head from another.",
    {
      task: subject,
      to: must(any),
    },
  ),
  inverse_frequency: fn(
    "class weights",
    "1 / n of each class over the valid training rows, scaled so that the least or the mean is 1.",
    {
      min: may(float, "1"),
      mean: may(float),
    },
  ),
  score: fn("metric", "The task's score: mean F1 of units, macro F1 of classes, CCC of a scalar.", {
    task: must(task),
  }),
  accuracy: fn("metric", "The share of labelled rows, or entries, that are right.", { task: must(task) }),
  best: fn(
    "keep",
    "The weights of the pass with the greatest metric. `best(sweep, metric)` is the best of several stages.",
    {
      metric: must(metric),
    },
  ),
  least: fn("keep", "The weights of the pass with the least value of a term of the loss.", {
    term: must(call("term")),
  }),
  uncertainty: fn("balance", "Weights learned as uncertainties of the tasks (arXiv 1705.07115).", { terms }),
  dwa: fn("balance", "Weights by how fast each term falls (arXiv 1803.10704).", {
    terms,
    temperature: may(float, String(balancers.dwa.settings.temperature)),
  }),
  normalized: fn("balance", "Each term divided by its own size.", { terms }),
  gradnorm: fn("balance", "Weights that bring gradients to like sizes (arXiv 1711.02257).", {
    terms,
    alpha: may(float, String(balancers.gradnorm.settings.alpha)),
  }),
  pcgrad: fn("balance", "Conflicting parts of gradients projected away (arXiv 2001.06782).", { terms }),
  cagrad: fn("balance", "The direction that helps the worst term, near the mean gradient (arXiv 2110.14048).", {
    terms,
    c: may(float, String(balancers.cagrad.settings.c)),
  }),
  mgda: fn("balance", "The shortest combination of the gradients (arXiv 1810.04650).", { terms }),
  nash_mtl: fn("balance", "Gradients combined as in a Nash bargain (arXiv 2202.01017).", { terms }),
  famo: fn("balance", "Weights that let all terms fall alike, without their gradients (arXiv 2306.03792).", { terms }),
  upgrad: fn("balance", "The mean of gradients, each projected so that no term rises (arXiv 2406.16232).", { terms }),
  imtl: fn("balance", "A direction with equal projections on all gradients (ICLR 2021, Liu et al.).", { terms }),
};
