import { sAffWild2 } from "../library/s-aff-wild2.ts";
import type { TaskMeaning } from "../library/task.ts";
import type { FormatPlan, TaskPlan } from "../lower/plan-data.ts";
import { thingNamed } from "./declarations.ts";
import { checkLabels, checkOwnColumns } from "./label-columns.ts";
import { suggestion } from "./nearest.ts";
import type { Session } from "./session.ts";
import type { DataThing, TaskThing } from "./things.ts";
import { isByVideo, isOfVideos, trainingVideos } from "./video-classes.ts";

/** Every task declaration of this check that the data can label: those of `labels`, and those whose names the format knows. */
export function tasksOf(session: Session, data: DataThing, format: FormatPlan): readonly TaskPlan[] {
  const { reporter } = session;
  const declared = new Map<string, TaskThing>();
  const broken = new Set<string>();
  for (const file of session.files.values()) {
    for (const found of file.own.values()) {
      if (found.declaration.kind !== "task") continue;
      const thing = thingNamed(session, found, found.declaration.name.span);
      if (thing.kind === "task") declared.set(thing.name, thing);
      else broken.add(found.declaration.name.text);
    }
  }
  const given = data.entries.get("labels");
  const own = given?.kind === "map" ? given : undefined;
  for (const [name, thing] of own?.entries ?? []) {
    const span = own?.places.get(name) ?? data.declaration.span;
    const task = declared.get(name);
    if (task === undefined) {
      // What is wrong with its declaration has been told.
      if (broken.has(name)) continue;
      const others = [...declared.keys()].filter((each) => own?.entries.has(each) !== true);
      reporter.report("unknown-name", span, { kind: "task", name }, { help: suggestion(name, others) });
    } else if (thing.kind === "call") {
      checkLabels(thing, task, session);
      checkOwnColumns(session, data, thing);
    }
  }
  return [...declared.values()].flatMap(({ name, meaning }): TaskPlan[] => {
    const labels = own?.entries.get(name);
    if (labels === undefined) return known(format, data, meaning, name) ? [{ name, meaning }] : [];
    if (meaning.kind !== "classes" || !isByVideo(meaning)) return [{ name, meaning }];
    if (labels.kind !== "call" || !isOfVideos(labels)) return [{ name, meaning }];
    const names = trainingVideos(session, data, format, labels) ?? meaning.names;
    return [{ name, meaning: { ...meaning, names } }];
  });
}

function known(format: FormatPlan, data: DataThing, meaning: TaskMeaning, name: string): boolean {
  switch (format.kind) {
    case "csv":
    case "folders":
      return false;
    case "bp4d":
      return codedUnits(meaning);
    case "synthetic": {
      // Drawn faces stand in for what the block says: what that could label, they can.
      const written = data.written.get("format");
      const stoodInFor = written?.kind === "label" ? written.name : "";
      if (stoodInFor === "folders") return false;
      return stoodInFor === "bp4d" ? codedUnits(meaning) : affWild2(meaning, name);
    }
    default:
      return affWild2(meaning, name);
  }
}

/** A table of units has them under their names. */
function codedUnits(meaning: TaskMeaning): boolean {
  return meaning.kind === "units" && meaning.names.every((unit) => /^AU\d+$/.test(unit));
}

function affWild2(meaning: TaskMeaning, name: string): boolean {
  if (meaning.kind === "scalar") return sAffWild2.scalars.includes(name);
  const names = meaning.kind === "units" ? sAffWild2.units : sAffWild2.classes;
  return meaning.names.some((each) => names.includes(each));
}
