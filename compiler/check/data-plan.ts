import { sAffWild2 } from "../library/s-aff-wild2.ts";
import type { TaskMeaning } from "../library/task.ts";
import type { ColumnPlan, DataPlan, FieldPlan, FormatPlan, SplitPlan, TaskPlan } from "../lower/plan.ts";
import { thingNamed } from "./declarations.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import type { Session } from "./session.ts";
import type { CallThing, DataThing, Thing } from "./things.ts";

/** Data as the runtime opens it, with the tasks it can label: those of `labels`, or those whose names its format knows. */
export function dataPlan(session: Session, data: DataThing): DataPlan {
  const reporter: Reporter = session.reporter;
  const root = data.entries.get("root");
  const place = data.places.get("root") ?? data.declaration.span;
  const format = data.entries.get("format");
  if (format === undefined)
    reporter.refuse("missing-key", data.declaration.span, { where: `the data ${data.label}`, key: "format" });
  if (format.kind === "poison") throw new Refusal();
  const duplicates = data.entries.get("duplicates");
  if (root?.kind === "list") reporter.refuse("not-yet", place, { what: "several roots" });
  const fields = new Map<string, FieldPlan>();
  let imageColumn: string | undefined;
  const given = data.entries.get("fields");
  if (given?.kind === "map") {
    for (const [name, field] of given.entries) {
      if (field.kind !== "call" || field.name !== "images") continue;
      const column = field.args.get("column");
      if (column?.kind === "string") imageColumn = column.value;
      fields.set(name, { kind: "images", folder: textIn(field, "folder") ?? ".", size: numberIn(field, "size", 112) });
    }
  }
  const plan = formatPlan(session, data, format, imageColumn);
  const synthetic = plan.kind === "synthetic";
  if (root?.kind !== "string" && !synthetic)
    reporter.refuse("missing-key", data.declaration.span, { where: `the data ${data.label}`, key: "root" });
  return {
    name: data.label,
    root: root?.kind === "string" ? root.value : "",
    format: plan,
    fields,
    tasks: tasksOf(session, data, plan),
    duplicates:
      duplicates?.kind === "label" && (duplicates.name === "keep_last" || duplicates.name === "error")
        ? duplicates.name
        : "keep_first",
  };
}

function formatPlan(session: Session, data: DataThing, format: Thing, image: string | undefined): FormatPlan {
  const reporter: Reporter = session.reporter;
  const span = data.places.get("format") ?? data.declaration.span;
  if (format.kind === "label" && format.name === "s_aff_wild2") {
    const parts: Partial<Record<"train" | "val" | "test", string>> = {};
    for (const part of ["train", "val", "test"] as const) {
      const file = data.entries.get(part);
      if (file?.kind === "string") parts[part] = file.value;
    }
    if (parts.train === undefined)
      reporter.refuse("missing-key", data.declaration.span, { where: `the data ${data.label}`, key: "train" });
    return { kind: "s_aff_wild2", parts };
  }
  if (format.kind === "call" && format.name === "synthetic") {
    return {
      kind: "synthetic",
      videos: numberIn(format, "videos", 8),
      frames: numberIn(format, "frames", 60),
      seed: numberIn(format, "seed", 0),
    };
  }
  if (format.kind === "call" && format.name === "csv") {
    return {
      kind: "csv",
      file: textIn(format, "file") ?? "",
      image: image ?? textIn(format, "image"),
      video: textIn(format, "video"),
      columns: columnsOf(data),
      split: splitOf(session, data),
    };
  }
  return reporter.refuse("not-yet", span, {
    what: `the format \`${format.kind === "label" ? format.name : format.kind}\``,
  });
}

function columnsOf(data: DataThing): ReadonlyMap<string, ColumnPlan> {
  const columns = new Map<string, ColumnPlan>();
  const given = data.entries.get("labels");
  if (given?.kind !== "map") return columns;
  for (const [task, thing] of given.entries) {
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
  if (split.name !== "random_split")
    return session.reporter.refuse("not-yet", span, { what: `\`${split.name}\` as a split` });
  const share = numberIn(split, "share", 0.8);
  if (share <= 0 || share >= 1) {
    session.reporter.refuse("out-of-range", span, {
      what: "the share of the training part",
      expected: "between 0 and 1",
      actual: share,
    });
  }
  const by = split.args.get("by");
  return { kind: "random", share, by: by === undefined ? undefined : textOf(by)[0], seed: numberIn(split, "seed", 0) };
}

function textOf(thing: Thing): readonly string[] {
  if (thing.kind === "string") return [thing.value];
  return thing.kind === "label" || thing.kind === "task" ? [thing.name] : [];
}

function textIn(call: CallThing, name: string): string | undefined {
  const thing = call.args.get(name);
  return thing?.kind === "string" ? thing.value : undefined;
}

/** Every task declaration that any file of this check makes, and that the data can label. */
function tasksOf(session: Session, data: DataThing, format: FormatPlan): readonly TaskPlan[] {
  const tasks: TaskPlan[] = [];
  for (const file of session.files.values()) {
    for (const found of file.own.values()) {
      if (found.declaration.kind !== "task") continue;
      const thing = thingNamed(session, found, found.declaration.name.span);
      if (thing.kind === "task" && labels(format, thing.name, thing.meaning))
        tasks.push({ name: thing.name, meaning: thing.meaning });
    }
  }
  const known = data.entries.get("labels");
  if (known?.kind === "map") {
    for (const key of known.entries.keys()) {
      if (!tasks.some(({ name }) => name === key)) {
        session.reporter.report("unknown-name", known.places.get(key) ?? data.declaration.span, {
          kind: "task",
          name: key,
        });
      }
    }
  }
  return tasks;
}

function labels(format: FormatPlan, name: string, meaning: TaskMeaning): boolean {
  if (format.kind === "csv") return format.columns.has(name);
  if (meaning.kind === "scalar") return sAffWild2.scalars.includes(name);
  const names = meaning.kind === "units" ? sAffWild2.units : sAffWild2.classes;
  return meaning.names.some((each) => names.includes(each));
}
