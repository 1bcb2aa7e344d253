/** Keys of the blocks in braces: what each takes, what holds without it, and what it says. The one place where they are listed. */
import {
  any,
  axis,
  block,
  bool,
  call,
  duration,
  float,
  int,
  type Key,
  key,
  labels,
  list,
  map,
  metric,
  options,
  orNone,
  part,
  record,
  string,
  type Type,
} from "./type.ts";

/** `views: {a: {..}}` (language rule 55). */
export const viewKeys = {
  augment: key(list(call("augmentation")), "Augmentations of this pass alone."),
  mix: key(list(call("mix")), "Mixing of this pass alone."),
} as const;

/** `evaluate: {..}` (language rule 50). */
export const evaluateKeys = {
  clip: key(
    orNone(call("clip")),
    "How videos are cut when the model is judged and when it predicts.",
    "the stage's clip",
  ),
  merge: key(
    labels("mean", "centre", "first"),
    "What a frame gets that several clips have: their mean, or that of one of them.",
    "mean",
  ),
  weights: key(
    labels("last", "ema"),
    "Whether the weights themselves are judged, or their moving average.",
    "ema where the stage has one, else last",
  ),
  tta: key(list(call("augmentation")), "Test-time augmentation: the mean over these versions of every frame.", "none"),
  every: key(duration, "How often the model is judged on the validation part.", "1 epochs"),
} as const;

/** A key of a stage's block; `model` says that its value may read the model's names. */
interface StageKeyRule extends Key {
  readonly model: boolean;
}

const plain = (rule: Key): StageKeyRule => ({ ...rule, model: false });
const withModel = (rule: Key): StageKeyRule => ({ ...rule, model: true });

/** Keys of a stage's block (language rules 49 to 66, defaults 83). */
export const stageKeys = {
  where: plain(
    key(
      call("rows"),
      "Which rows of the training part are used. Judging always uses every row that is valid for the metric.",
      "any task of the model",
    ),
  ),
  validate: plain(key(part, "The rows that the stage is judged by.", "the validation part of its data")),
  clip: plain(
    key(
      orNone(call("clip")),
      "Cuts videos into clips: every field gets the axis `time`. Without it a row is one frame.",
      "none",
    ),
  ),
  init: withModel(
    key(
      any,
      "Where first weights come from: a map from parameter paths to layers of other stages, or a stage whose parameters are all taken over.",
      "each layer's own initialiser",
    ),
  ),
  views: plain(
    key(
      record(axis, block(viewKeys)),
      "Passes over the same rows, each with its own augmentation, mixing and dropout. Losses then name the view: `bce(a.au)`.",
    ),
  ),
  loss: withModel(
    key(
      map,
      "Named terms; their sum is trained. A name is a task or a fresh label; each term is one number.",
      "bce, ce, ccc or mse of each head, each with weight 1",
    ),
  ),
  balance: withModel(
    key(
      orNone(options(call("balance"), list(call("balance")))),
      "How the terms of the loss are weighed against each other while training: first one that sets weights, then one that works on gradients.",
      "none",
    ),
  ),
  augment: plain(
    key(
      list(call("augmentation")),
      "Random changes of the fields before the model, in order.",
      "[flip()] if a field is an image, else []",
    ),
  ),
  mix: plain(key(list(call("mix")), "Mixing of rows of a batch with their labels.", "[]")),
  sample: plain(key(orNone(call("sampler")), "How rows are drawn.", "none")),
  optimizer: plain(
    key(
      call("optimiser"),
      "The optimiser with its learning rate, a number or a schedule.",
      "adamw(1e-4, weight_decay: 0.05), at 1e-5 if weights come from elsewhere",
    ),
  ),
  adapt: withModel(key(map, "Low-rank adapters by parameter path: `{face.**.qkv: lora(rank: 16)}`.", "{}")),
  params: withModel(
    key(
      map,
      "What holds for parameters by path: `frozen`, `trained`, or a map of `lr`, `lr_scale`, `weight_decay`, `recompute`. Later lines win.",
      "{}",
    ),
  ),
  batch: plain(key(int, "Frames in one step, or clips if the stage has a clip, over all devices.", "32")),
  accumulate: plain(key(int, "In how many passes a batch is computed.", "1")),
  duration: plain(key(duration, "How long the stage trains: epochs, steps or hours. It has no default.")),
  seed: plain(key(int, "Decides first weights, the order of rows and every random draw.", "0")),
  keep: withModel(
    key(
      options(call("keep"), record(axis, call("keep"))),
      "Which weights are kept: `best(metric)`, `least(loss.term)`, `last`, or several under names.",
      "best(sum of the scores of its tasks)",
    ),
  ),
  patience: plain(
    key(orNone(duration), "Ends the training when what `keep` looks at has not improved for so long.", "none"),
  ),
  max_grad_norm: plain(
    key(orNone(float), "Gradients whose norm over all parameters is greater are scaled to it.", "none"),
  ),
  ema: plain(key(orNone(float), "Decay of a moving average of the weights, which is then judged and kept.", "none")),
  evaluate: plain(key(block(evaluateKeys), "How the model is judged and predicts.")),
  show: withModel(
    key(
      record(axis, { kind: "tensor" }),
      "Pictures of some frames that the report has, by title: tensors [c, h, w] of one channel or three, in 0 .. 1.",
      "{}",
    ),
  ),
  precision: plain(key(labels("fp32", "bf16"), "The numbers that the model computes with.", "fp32")),
} as const;

export type StageKey = keyof typeof stageKeys;

/** Keys of a data block (language rules 36 to 41). */
export const dataKeys = {
  format: key(call("format"), "How annotations are laid out: a format's name, `csv(..)` or `synthetic(..)`."),
  root: key(options(string, list(string)), "The folder that every other path of the block is in."),
  train: key(
    options(string, list(string)),
    "The annotation file of the training part, or its folder (of `aff_wild2` one for each task), below the root.",
  ),
  val: key(options(string, list(string)), "The same of the validation part."),
  test: key(options(string, list(string)), "The list of the test part, which has no labels, below the root."),
  fields: key(
    record(axis, call("field")),
    "What a model can read, by name: images or stored features, each with its shape per frame.",
  ),
  labels: key(record(axis, call("labels")), "Where each task's labels stand.", "what the format knows of them"),
  duplicates: key(
    labels("keep_first", "keep_last", "keep_all", "error"),
    "What happens to rows of the same frame.",
    "keep_first",
  ),
  split: key(call("split"), "How one table is parted into training and validation rows."),
  folds: key(
    call("split"),
    "Parts for cross-validation: `d.fold(0)` is judged by the first and trained on the others.",
  ),
  fps: key(float, "Frames in a second, where a span is in seconds."),
} as const;

export type DataKey = keyof typeof dataKeys;

/** Keys of a task's block (language rule 35). */
export const taskKeys = {
  metric: key({ kind: "none" }, "`none`: the task is trained and never scored."),
  activation: key(
    labels("sigmoid", "softmax", "tanh", "none"),
    "What turns a head's numbers into the task's values.",
    "sigmoid of units, softmax of classes, tanh of a bounded scalar",
  ),
} as const;

/** Keys of a head's block (language rule 30). */
export const headKeys = { activation: taskKeys.activation } as const;

/** Keys of an encoder's block (language rule 61). */
export const encoderKeys = {
  weights: key(orNone(call("weights")), "The file that its first weights come from.", "none"),
} as const;

/** What a pattern of `params` is set to (language rules 57, 62). */
export const patternValue: Type = options(labels("frozen", "trained"), call("freezing"), map);

/** What a pattern of `params` can set (language rule 57). */
export const patternKeys = {
  lr: key(float, "The peak learning rate; the optimiser's schedule keeps its shape.", "the optimiser's"),
  lr_scale: key(float, "A factor of the learning rate.", "1"),
  weight_decay: key(float, "The decay of these weights.", "the optimiser's"),
  l2: key(
    float,
    "λ of a penalty λ Σ w² on these weights: its gradient 2 λ w is added to the loss's, and the loss that is shown is without it.",
    "0",
  ),
  recompute: key(
    bool,
    "Computes the layers again for the backward pass instead of keeping what they made: less memory, more time, the same numbers.",
    "false",
  ),
} as const;

/** Keys of a sweep's block (language rules 71, 72). */
export const sweepKeys = {
  over: key(map, "Axes by name: parameters, keys or paths below them, each with the list of its values."),
  report: key(list(metric), "What the table of variants shows.", "what each variant's `keep` looks at"),
  search: key(
    call("search"),
    "Draws points of ranges instead of taking all: `tpe(trials: 40)` or `random(trials: 40)`.",
  ),
  seeds: key(list(int), "Every variant is trained with each of these seeds."),
  most: key(int, "So many variants are meant, from 1 to 5000; more is a mistake.", "200"),
} as const;

/** Keys of an export's block (language rule 75). */
export const exportKeys = {
  opset: key(int, "The version of ONNX's operators, from 17 to 21.", "17"),
  include: key(list({ kind: "tensor" }), "Tensors that the file gives beside the heads, such as `alone(au).x`.", "[]"),
} as const;

/** Keys of a submission's block (language rule 75). */
export const submitKeys = {
  list: key(part, "The frames that the file must have, in order."),
  to: key(string, "The file to write."),
  missing: key(labels("nearest", "zero", "error"), "What stands for a frame that could not be read.", "nearest"),
} as const;
