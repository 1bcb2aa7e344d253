import type { ColumnPlan, FoldCut, FormatPlan, SplitPlan } from "../lower/plan-data.ts";
import { refuseMissing } from "./data.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import type { Session } from "./session.ts";
import { type CallThing, type DataThing, placeIn, type Thing, textOf } from "./things.ts";

/** Formats that take no arguments, and what they are. */
export const plainFormats: Readonly<Record<string, string>> = {
  s_aff_wild2: "one annotation file for each part, labels of all tasks in a row (7th and 11th ABAW)",
  aff_wild2: "a folder for each part with one text file for each video (the challenge of one task)",
  folders: "images in folders, without labels",
  bp4d: "one table of action units for each subject and session",
};

/** The format of data with what it needs of the block's other keys (language rule 36). */
export function formatPlan(session: Session, data: DataThing, format: Thing, image: string | undefined): FormatPlan {
  const reporter: Reporter = session.reporter;
  const span = data.places.get("format") ?? data.declaration.span;
  if (format.kind === "call" && format.name === "synthetic") {
    const count = (name: string, otherwise: number): number => {
      const value = numberIn(format, name, otherwise);
      if (value < 1)
        reporter.refuse("out-of-range", format.span, { what: `\`${name}\``, expected: "at least 1", actual: value });
      return value;
    };
    return {
      kind: "synthetic",
      videos: count("videos", 8),
      frames: count("frames", 60),
      seed: numberIn(format, "seed", 0),
    };
  }
  if (format.kind === "call" && format.name === "csv") {
    checkIdle(session, data, format, ["train", "val", "test"], "one table is divided by `split`");
    return {
      kind: "csv",
      file: textIn(format, "file") ?? "",
      image: image ?? textIn(format, "image"),
      video: textIn(format, "video"),
      columns: columnsOf(data),
      split: splitOf(session, data),
    };
  }
  const name = format.kind === "label" ? format.name : format.kind;
  if (name === "s_aff_wild2" || name === "aff_wild2") {
    const parts: Partial<Record<"train" | "val" | "test", string>> = {};
    for (const part of ["train", "val", "test"] as const) {
      const file = data.entries.get(part);
      if (file?.kind === "string") parts[part] = file.value;
    }
    if (parts.train === undefined) refuseMissing(data, "train", reporter);
    if (name === "s_aff_wild2") {
      checkIdle(session, data, format, ["split"], "its parts are files");
      return { kind: name, parts };
    }
  }
  reporter.report("not-yet", span, { what: `the format \`${name}\`` });
  splitOf(session, data);
  return { kind: "later", name };
}

/** Warns of keys that the format has no use for; drawn faces stand in for another format, whose keys remain. */
function checkIdle({ reporter }: Session, data: DataThing, format: Thing, keys: readonly string[], why: string): void {
  if (data.written.get("format") !== format) return;
  for (const key of keys) {
    const span = data.entries.has(key) ? data.places.get(key) : undefined;
    if (span !== undefined) reporter.report("changes-nothing", span, { path: key }, { help: why });
  }
}

function columnsOf(data: DataThing): ReadonlyMap<string, ColumnPlan> {
  const columns = new Map<string, ColumnPlan>();
  const given = data.entries.get("labels");
  if (given?.kind !== "map") return columns;
  const before = data.written.get("labels");
  for (const [task, now] of given.entries) {
    // What is filled in fills gaps of the labels that the block has.
    const isFilled = now.kind === "call" && now.name === "fill";
    const thing = isFilled && before?.kind === "map" ? (before.entries.get(task) ?? now) : now;
    if (thing.kind !== "call") continue;
    const missing = thing.args.get("missing");
    const classes = thing.args.get("classes");
    const names = thing.args.get(thing.name === "column" ? "name" : "names");
    columns.set(task, {
      columns: names?.kind === "list" ? names.items.flatMap(textOf) : names === undefined ? [] : textOf(names),
      missing:
        missing?.kind === "number" ? String(missing.value) : missing?.kind === "string" ? missing.value : undefined,
      classes: classes?.kind === "list" ? classes.items.flatMap(textOf) : undefined,
    });
  }
  return columns;
}

function splitOf(session: Session, data: DataThing): SplitPlan | undefined {
  const split = data.entries.get("split");
  if (split?.kind !== "call") return undefined;
  const span = data.places.get("split") ?? data.declaration.span;
  if (split.name === "folds") {
    return session.reporter.refuse("wrong-type", span, {
      what: "`split`",
      expected: "random_split(..) or column_split(..)",
      actual: "folds(..), which belong to the key `folds`",
    });
  }
  if (split.name === "column_split") {
    checkColumnSplit(split, session.reporter);
    session.reporter.report("not-yet", span, { what: "`column_split`" });
    return undefined;
  }
  const share = numberIn(split, "share", 0.8);
  if (share <= 0 || share >= 1) {
    session.reporter.refuse("out-of-range", placeIn(split, "share"), {
      what: "the share of the training part",
      expected: "between 0 and 1",
      actual: share,
    });
  }
  const by = split.args.get("by");
  return { kind: "random", share, by: by === undefined ? undefined : textOf(by)[0], seed: numberIn(split, "seed", 0) };
}

/** The values of the column tell the parts apart: one value is one part. */
function checkColumnSplit(split: CallThing, reporter: Reporter): void {
  const seen = new Map<string, string>();
  for (const part of ["train", "val", "test"]) {
    const value = textIn(split, part);
    if (value === undefined) continue;
    const before = seen.get(value);
    if (before !== undefined)
      reporter.report(
        "leakage",
        placeIn(split, part),
        { consumer: `\`${part}\``, producer: `\`${before}\`` },
        { help: "both have the same value of the column" },
      );
    seen.set(value, part);
  }
}

/** `folds(5, by: video)`: at least two, cut by something that every row has (language rule 41). */
export function checkFolds({ reporter }: Session, data: DataThing): void {
  for (const key of ["split", "folds"]) {
    const cut = data.entries.get(key);
    if (cut?.kind !== "call") continue;
    if (key === "folds" && cut.name !== "folds")
      reporter.report("wrong-type", cut.span, { what: "`folds`", expected: "folds(..)", actual: `${cut.name}(..)` });
    if (cut.name === "folds" && numberIn(cut, "count", 2) < 2)
      reporter.report("out-of-range", placeIn(cut, "count"), {
        what: "the number of folds",
        expected: "at least 2",
        actual: numberIn(cut, "count", 2),
      });
    const by = cut.args.get("by");
    if (by?.kind === "label" && !units.includes(by.name))
      reporter.report(
        "wrong-type",
        placeIn(cut, "by"),
        { what: "`by`", expected: `${units.join(", ")}, or a column in quotes`, actual: `\`${by.name}\`` },
        { help: suggestion(by.name, units) },
      );
  }
}

/** How the folds of data are cut. */
export function foldCut({ reporter }: Session, data: DataThing): FoldCut | undefined {
  const cut = data.entries.get("folds");
  if (cut?.kind !== "call") return undefined;
  const by = cut.args.get("by");
  const unit = by?.kind === "label" ? by.name : by?.kind === "string" ? "a column" : "row";
  const known = (["video", "row"] as const).find((each) => each === unit);
  if (known === undefined) reporter.report("not-yet", placeIn(cut, "by"), { what: `folds by ${unit}` });
  return { count: numberIn(cut, "count", 2), by: known ?? "row", seed: numberIn(cut, "seed", 0) };
}

/** What rows belong together by, apart from a column of the table. */
const units: readonly string[] = ["video", "subject"];

function textIn(call: CallThing, name: string): string | undefined {
  const thing = call.args.get(name);
  return thing?.kind === "string" ? thing.value : undefined;
}
