import type { FormatPlan, PartName } from "../lower/plan-data.ts";
import { columnsOf } from "./column-plans.ts";
import { refuseMissing } from "./data.ts";
import { numberIn } from "./schedules.ts";
import type { Session } from "./session.ts";
import { foldColumn, splitOf } from "./splits.ts";
import { type CallThing, type DataThing, type Thing, textOf } from "./things.ts";

/** Formats that take no arguments, and what they are. */
export const plainFormats: Readonly<Record<string, string>> = {
  s_aff_wild2: "one annotation file for each part, labels of all tasks in a row (7th and 11th ABAW)",
  aff_wild2: "a folder for each part, or several of one task each, with one text file for each video",
  folders: "images in folders, whose names may be labels",
  bp4d: "one table of action units for each subject and session",
};

const partNames = ["train", "val", "test"] as const;

/** The format of data with what it needs of the block's other keys (language rule 36). */
export function formatPlan(session: Session, data: DataThing, format: Thing, image: string | undefined): FormatPlan {
  if (format.kind === "call" && format.name === "synthetic") return syntheticPlan(session, format);
  if (format.kind === "call" && format.name === "csv") {
    checkIdle(session, data, format, partNames, "one table is divided by `split`");
    const folds = foldColumn(data);
    return {
      kind: "csv",
      file: textIn(format, "file") ?? "",
      image: image ?? textIn(format, "image"),
      video: textIn(format, "video"),
      columns: columnsOf(data),
      split: splitOf(session, data),
      ...(folds === undefined ? {} : { folds }),
    };
  }
  switch (format.kind === "label" ? format.name : "") {
    case "aff_wild2": {
      checkIdle(session, data, format, ["split"], "its parts are folders");
      return { kind: "aff_wild2", parts: severalByPart(session, data) };
    }
    case "folders":
    case "bp4d": {
      const kind = format.kind === "label" && format.name === "bp4d" ? "bp4d" : "folders";
      const parts = oneByPart(session, data);
      if (parts.train === undefined && (parts.val ?? parts.test) !== undefined)
        refuseMissing(data, "train", session.reporter);
      if (parts.val !== undefined) checkIdle(session, data, format, ["split"], "its parts are folders");
      const split = splitOf(session, data);
      const divided = { parts, columns: columnsOf(data), split: parts.val === undefined ? split : undefined };
      return kind === "bp4d" ? { kind, ...divided } : { kind, roots: rootsOf(data), ...divided };
    }
    default: {
      const parts = oneByPart(session, data);
      if (parts.train === undefined) refuseMissing(data, "train", session.reporter);
      checkIdle(session, data, format, ["split"], "its parts are files");
      return { kind: "s_aff_wild2", parts };
    }
  }
}

function syntheticPlan({ reporter }: Session, format: CallThing): FormatPlan {
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

/** Where the parts lie, one place each. */
function oneByPart({ reporter }: Session, data: DataThing): Partial<Record<PartName, string>> {
  const parts: Partial<Record<PartName, string>> = {};
  for (const part of partNames) {
    const given = data.entries.get(part);
    if (given?.kind === "string") parts[part] = given.value;
    else if (given?.kind === "list")
      reporter.refuse(
        "wrong-type",
        data.places.get(part) ?? data.declaration.span,
        { what: `\`${part}\` of the data ${data.label}`, expected: "one path", actual: "a list" },
        { help: "of `aff_wild2` a part may have several folders, one for each task" },
      );
  }
  return parts;
}

/** The folders of one task each, by part. */
function severalByPart({ reporter }: Session, data: DataThing): Partial<Record<PartName, readonly string[]>> {
  const parts: Partial<Record<PartName, readonly string[]>> = {};
  for (const part of partNames) {
    const given = data.entries.get(part);
    const names = given?.kind === "list" ? given.items.flatMap(textOf) : given?.kind === "string" ? [given.value] : [];
    const span = data.places.get(part) ?? data.declaration.span;
    if (given?.kind === "list" && names.length === 0) reporter.refuse("empty-list", span, { callee: `\`${part}\`` });
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) reporter.refuse("duplicate-name", span, { name: twice });
    if (names.length > 0) parts[part] = names;
  }
  if (parts.train === undefined) refuseMissing(data, "train", reporter);
  return parts;
}

function rootsOf(data: DataThing): readonly string[] {
  const root = data.entries.get("root");
  return root?.kind === "list" ? root.items.flatMap(textOf) : root === undefined ? [] : textOf(root);
}

/** Warns of keys that the format has no use for; drawn faces stand in for another format, whose keys remain. */
function checkIdle({ reporter }: Session, data: DataThing, format: Thing, keys: readonly string[], why: string): void {
  if (data.written.get("format") !== format) return;
  for (const key of keys) {
    const span = data.entries.has(key) ? data.places.get(key) : undefined;
    if (span !== undefined) reporter.report("changes-nothing", span, { path: key }, { help: why });
  }
}

function textIn(call: CallThing, name: string): string | undefined {
  const thing = call.args.get(name);
  return thing?.kind === "string" ? thing.value : undefined;
}
