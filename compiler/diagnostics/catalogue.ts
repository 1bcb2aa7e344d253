/**
 * `error`: the spec says something that cannot be. `warning`: it says something that is probably not meant. `later`: it is right, and
 * this version lacks what would carry it out; nothing that needs it runs. `note`: something could not be looked at from here.
 */
export type Severity = "error" | "warning" | "later" | "note";

/** Every mistake the compiler can name: its code, how grave it is, and its sentence with holes. Codes are stable. */
const entries = {
  // Text
  "unexpected-text": error("expected {expected}, found {found}"),
  "unclosed-bracket": error("this `{open}` is never closed"),
  "unclosed-string": error("this string has no closing quote on its line"),
  "unknown-character": error("`{character}` has no meaning here"),
  "nested-too-deep": error("brackets are nested deeper than {limit}"),
  "chain-too-long": error("an expression has more than {limit} operators"),
  "too-many-mistakes": error("there are more than {limit} mistakes; the rest is not shown"),
  "too-many-remarks": note("there are more than {limit} warnings and notes; the rest is not shown"),
  "file-too-large": error("the file has {size} {parts}; at most {limit} are read"),
  // Names
  "unknown-name": error("there is no {kind} named `{name}`"),
  "duplicate-name": error("`{name}` is defined twice"),
  "hidden-name": error("`{name}` already names something in this file"),
  "name-clash": error("`{name}` comes from two files"),
  "allows-nothing": warning("nothing on this line is a `{code}`"),
  "allows-no-warning": error("`{code}` is no warning, so it cannot be allowed"),
  "allowed-without-reason": error("`{code}` is allowed without a reason"),
  "cannot-read-file": error("cannot use {path}: {reason}"),
  cycle: error("`{name}` depends on itself: {chain}"),
  "duplicate-key": error("`{key}` is set twice"),
  "unknown-key": error("{where} has no key `{key}`"),
  "missing-key": error("{where} needs `{key}`"),
  // Calls and values
  "wrong-type": error("{what} must be {expected}, not {actual}"),
  "missing-argument": error("{callee} needs `{name}` ({expected})"),
  "too-many-arguments": error("{callee} takes at most {most} arguments"),
  "unknown-argument": error("{callee} has no argument `{name}`"),
  "duplicate-argument": error("`{name}` is given twice"),
  "not-called": error("`{name}` is a function and is called"),
  "not-callable": error("{what} cannot be called"),
  "cannot-combine": error("{left} {operator} {right} has no meaning"),
  "no-member": error("{what} has no `{name}`"),
  "out-of-range": error("{what} must be {expected}, not {actual}"),
  "empty-list": error("{callee} of nothing has no value"),
  "no-match": error("no arm of this match fits {value}"),
  "too-much": error(
    "checking this spec takes more than {limit} steps: loops, modules or stages multiply each other here",
  ),
  "too-large": error("this value has more than {limit} parts when it is written out"),
  "too-deep": error("this goes deeper than {limit} {parts}"),
  "override-target": error("`{path}` names nothing that {what} has"),
  "changes-nothing": warning("`{path}` changes nothing"),
  "not-yet": later("{what}: checked, but this version cannot train with it"),
  "not-yet-written": later("{what}: checked, but this version cannot write it"),
  "not-looked-at": note("{file} was not looked at: {reason}"),
  "broken-file": error("{file} cannot be used: {reason}"),
  "file-mismatch": error("{file} does not fit: {reason}"),
  // Shapes
  "shape-mismatch": error("{what}: {left} does not fit {right}"),
  "op-refuses": error("{callee}: {reason}"),
  "unknown-axis": error("there is no axis `{axis}` in {shape}"),
  "duplicate-axis": error("the result would have the axis `{axis}` twice"),
  "size-unknown": error("the size of `{axis}` is not known here"),
  "one-layer-two-shapes": error("one layer at two shapes: `{path}` was {before}, here it is {now}"),
  "needs-clip": error("{what} needs the axis `time`, and the stage has no clip"),
  "missing-return": error("`{name}` returns nothing"),
  "head-width": error("the head of `{task}` must be {expected} wide, not {actual}"),
  "activated-twice": error("the head of `{task}` ends in `{function}`, and its {activation} is applied to that"),
  "duplicate-head": error("`{task}` has two heads"),
  "label-outside-loss": error("`{name}` is known only in a loss"),
  "no-head": error("the model has no head for `{task}`"),
  "expected-size": error("`{callee}` needs `{name}` here; only the last step of a head knows its own width"),
  // Stages
  "loss-against-task": error("{loss} does not go with {task}: it takes {expected}"),
  "head-without-loss": error("the head `{task}` reaches no loss"),
  "no-gradient": error("no gradient reaches `{path}`"),
  "nothing-to-train": error("{stage} trains nothing: every weight of it is frozen"),
  "pattern-matches-nothing": error("`{pattern}` names no parameter of this stage"),
  "init-mismatch": error("{left} cannot start from {right}: {reason}"),
  "weights-mismatch": error("{file} does not fit {path}: {reason}"),
  "other-eps": warning("`{layer}` adds {actual} to the variance, and its weights were trained with {expected}"),
  "task-not-in-data": error("{data} has no labels for `{task}`"),
  "field-not-in-data": error("{data} has no field `{field}`"),
  "nothing-to-judge": error("{what} needs rows to be judged on, and this stage has none"),
  "no-metric": error("the task `{task}` has no metric"),
  "balanced-twice": warning("the classes of `{task}` are balanced twice: by `sample`, and by the weights of its loss"),
  "balance-order": error("{second} cannot come after {first}"),
  "chosen-differ": error("`best` chooses among stages with different heads: {first}, {other}"),
  "needs-checkpoint": error("{stage} keeps a checkpoint for each name, so `{name}` must say which: {checkpoints}"),
  "never-missing": error("the field `{field}` is never missing, so it has no `present`"),
  "needs-view": error("this stage has views, so `{task}` must say which: {views}"),
  leakage: error("{consumer} is judged on rows that {producer} was trained on"),
  "clip-without-time": warning("{stage} cuts clips, but nothing in its model works over `time`"),
  "named-batch": error("the batch has no name: no size can depend on it"),
  "other-window": error("this part of the model is made for windows of {length} frames, and the clip has {clip}"),
  "random-in-evaluation": warning("the head `{task}` depends on a random draw in evaluation too"),
  "hop-over-length": error("the hop of {hop} is greater than the clip's length of {length}: rows would be left out"),
  "batch-too-small": error("a batch of {batch} is too small for {loss}"),
  "statistics-of-a-pass": note("{what}: of the {rows} that are computed at once, not of the batch of {batch}"),
  "zero-at-first-step": warning("this schedule is 0 at the first step"),
  "constant-schedule": warning("this schedule is constant"),
  "warmup-too-long": warning("the warm-up of {warmup} is as long as the training of {duration}"),
  "weight-of-no-loss": error("`{key}` sets a number that reaches nothing: {stage} never reads it"),
  "never-used": warning("{what} is never used"),
  "too-many-variants": error("this sweep has {variants} variants, more than {most}"),
  "submission-tasks": error("{what} {problem}: a submission has exactly the tasks of its format"),
  "not-folds": error("`folded` needs a member for each fold: {stage} was trained on {data}"),
  "fitted-where-judged": error("this number is fitted on the rows that it is judged by, {rows}"),
  "variants-equal": warning("this point of the sweep equals {other}"),
  "unfitted-split": error("a fitted number needs `on:`, the rows it is fitted on"),
} as const satisfies Record<string, { severity: Severity; message: string }>;

export type Code = keyof typeof entries;

type Holes<Text extends string> = Text extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;

/** The holes of a code's sentence. */
export type HolesOf<C extends Code> = { readonly [H in Holes<(typeof entries)[C]["message"]>]: string | number };

export const catalogue: { readonly [C in Code]: { readonly severity: Severity; readonly message: string } } = entries;

function error<const Text extends string>(message: Text) {
  return { severity: "error", message } as const;
}

function warning<const Text extends string>(message: Text) {
  return { severity: "warning", message } as const;
}

function later<const Text extends string>(message: Text) {
  return { severity: "later", message } as const;
}

function note<const Text extends string>(message: Text) {
  return { severity: "note", message } as const;
}
