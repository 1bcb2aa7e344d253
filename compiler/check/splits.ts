import type { FoldCut, PartName, SplitPlan } from "../lower/plan-data.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import type { Session } from "./session.ts";
import { type CallThing, type DataThing, placeIn, textOf } from "./things.ts";

/** How one table is divided, by chance or by a column (language rule 41). */
export function splitOf({ reporter }: Session, data: DataThing): SplitPlan | undefined {
  const split = data.entries.get("split");
  if (split?.kind !== "call") return undefined;
  if (split.name === "folds")
    return reporter.refuse("wrong-type", data.places.get("split") ?? data.declaration.span, {
      what: "`split`",
      expected: "random_split(..) or column_split(..)",
      actual: "folds(..), which belong to the key `folds`",
    });
  if (split.name === "column_split") return columnSplit(split, data, reporter);
  const share = numberIn(split, "share", 0.8);
  if (share <= 0 || share >= 1) {
    reporter.refuse("out-of-range", placeIn(split, "share"), {
      what: "the share of the training part",
      expected: "between 0 and 1",
      actual: share,
    });
  }
  const by = split.args.get("by");
  return { kind: "random", share, by: by === undefined ? undefined : textOf(by)[0], seed: numberIn(split, "seed", 0) };
}

/** The values of the column tell the parts apart: one value is one part. */
function columnSplit(split: CallThing, data: DataThing, reporter: Reporter): SplitPlan {
  const values: Partial<Record<PartName, string>> = {};
  const seen = new Map<string, string>();
  for (const part of ["train", "val", "test"] as const) {
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
    values[part] = value;
  }
  const column = textIn(split, "column") ?? "";
  const own = ownColumns(data);
  if (own !== undefined && !own.includes(column))
    reporter.report(
      "wrong-type",
      placeIn(split, "column"),
      { what: "the column of `split`", expected: quoted(own), actual: JSON.stringify(column) },
      { help: suggestion(column, own) },
    );
  return { kind: "column", column, values };
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
    checkUnit(cut, data, reporter);
  }
}

/** What rows belong together by: a video, or a column that the format has. */
function checkUnit(cut: CallThing, data: DataThing, reporter: Reporter): void {
  const by = cut.args.get("by");
  const [name] = by === undefined ? [] : textOf(by);
  if (by === undefined || name === undefined) return;
  const own = ownColumns(data);
  const known = own === undefined ? units : ["video", ...own];
  // A table's columns are known where it is read.
  if (known.includes(name) || (own === undefined && by.kind === "string")) return;
  reporter.report(
    "wrong-type",
    placeIn(cut, "by"),
    {
      what: "`by`",
      expected: own === undefined ? `${units.join(", ")}, or a column in quotes` : quoted(known),
      actual: `\`${name}\``,
    },
    { help: suggestion(name, known) },
  );
}

/** How the folds of data are cut. */
export function foldCut(data: DataThing): FoldCut | undefined {
  const cut = data.entries.get("folds");
  if (cut?.kind !== "call") return undefined;
  const format = data.entries.get("format");
  // A drawn video shows one person.
  const drawn = format?.kind === "call" && format.name === "synthetic";
  const column = drawn ? undefined : foldColumn(data);
  const by = column === undefined ? (cut.args.has("by") ? "video" : "row") : { column };
  return { count: numberIn(cut, "count", 2), by, seed: numberIn(cut, "seed", 0) };
}

/** The column that folds keep together; undefined where that is a video, or nothing. */
export function foldColumn(data: DataThing): string | undefined {
  const cut = data.entries.get("folds");
  const by = cut?.kind === "call" ? cut.args.get("by") : undefined;
  const [name] = by === undefined ? [] : textOf(by);
  return by?.kind === "label" && name === "video" ? undefined : name;
}

/** Columns that a format has of itself; undefined of a table, which has those of its header. */
export function ownColumns({ entries, written }: DataThing): readonly string[] | undefined {
  const format = written.get("format") ?? entries.get("format");
  if (format?.kind === "call") return undefined;
  switch (format?.kind === "label" ? format.name : "") {
    case "folders":
      return ["folder"];
    case "bp4d":
      return ["subject", "session"];
    default:
      return [];
  }
}

/** What rows of a table belong together by, apart from a column in quotes. */
const units: readonly string[] = ["video", "subject"];

function quoted(names: readonly string[]): string {
  return names.length === 0 ? "nothing: its rows have no such column" : names.map((name) => `\`${name}\``).join(" or ");
}

function textIn(call: CallThing, name: string): string | undefined {
  const thing = call.args.get(name);
  return thing?.kind === "string" ? thing.value : undefined;
}
