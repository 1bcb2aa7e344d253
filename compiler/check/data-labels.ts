import { sAffWild2 } from "../library/s-aff-wild2.ts";
import type { TaskMeaning } from "../library/task.ts";
import type { FormatPlan, TaskPlan } from "../lower/plan.ts";
import { thingNamed } from "./declarations.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";
import { type CallThing, type DataThing, type TaskThing, textOf } from "./things.ts";

/** Every task declaration of this check that the data can label: those of `labels`, and those whose names the format knows. */
export function tasksOf(session: Session, data: DataThing, format: FormatPlan): readonly TaskPlan[] {
  const { reporter } = session;
  const declared = new Map<string, TaskThing>();
  for (const file of session.files.values()) {
    for (const found of file.own.values()) {
      if (found.declaration.kind !== "task") continue;
      const thing = thingNamed(session, found, found.declaration.name.span);
      if (thing.kind === "task") declared.set(thing.name, thing);
    }
  }
  const given = data.entries.get("labels");
  const own = given?.kind === "map" ? given : undefined;
  for (const [name, thing] of own?.entries ?? []) {
    const span = own?.places.get(name) ?? data.declaration.span;
    const task = declared.get(name);
    if (task === undefined) {
      reporter.report("unknown-name", span, { kind: "task", name }, { help: suggestion(name, declared.keys()) });
    } else if (thing.kind === "call") checkLabels(thing, task, reporter);
  }
  return [...declared.values()].flatMap(({ name, meaning }): TaskPlan[] =>
    own?.entries.has(name) || known(format, data, meaning, name) ? [{ name, meaning }] : [],
  );
}

/** Columns and classes of `labels` against the task: as many columns as units, classes that the task has. */
function checkLabels(labels: CallThing, { name: task, meaning }: TaskThing, reporter: Reporter): void {
  if (labels.name === "columns") {
    const names = labels.args.get("names");
    const count = names?.kind === "list" ? names.items.length : 0;
    if (meaning.kind !== "units") {
      reporter.report("wrong-type", labels.span, {
        what: `the labels of \`${task}\``,
        expected: 'one column, such as column("name")',
        actual: "columns(..), which are of units",
      });
    } else if (count !== meaning.names.length) {
      reporter.report("out-of-range", labels.span, {
        what: "the number of columns",
        expected: `${meaning.names.length}, the units of \`${task}\``,
        actual: count,
      });
    }
    return;
  }
  if (labels.name !== "column") {
    reporter.report("not-yet", labels.span, { what: `\`${labels.name}\` of labels` });
    return;
  }
  if (labels.args.has("mixtures") || labels.args.has("weight"))
    reporter.report("not-yet", labels.span, { what: "soft and weighted labels" });
  if (meaning.kind === "units") {
    reporter.report("wrong-type", labels.span, {
      what: `the labels of \`${task}\``,
      expected: "columns([..]), one for each unit",
      actual: "one column",
    });
    return;
  }
  if (meaning.kind !== "classes" || meaning.byVideo === true) return;
  const check = (text: string) => {
    if (meaning.names.includes(text)) return;
    const help = suggestion(text, meaning.names) ?? `\`${task}\` has ${meaning.names.join(", ")}`;
    reporter.report("no-member", labels.span, { what: `the task \`${task}\``, name: text }, { help });
  };
  const classes = labels.args.get("classes");
  for (const item of classes?.kind === "list" ? classes.items : []) textOf(item).forEach(check);
  const mixtures = labels.args.get("mixtures");
  for (const mixture of mixtures?.kind === "map" ? mixtures.entries.values() : [])
    for (const item of mixture.kind === "list" ? mixture.items : []) textOf(item).forEach(check);
}

function known(format: FormatPlan, data: DataThing, meaning: TaskMeaning, name: string): boolean {
  switch (format.kind) {
    case "csv":
      return false;
    case "later":
      if (format.name === "folders") return false;
      // A table of units has them under their names.
      if (format.name === "bp4d")
        return meaning.kind === "units" && meaning.names.every((unit) => /^AU\d+$/.test(unit));
      return affWild2(meaning, name);
    case "synthetic": {
      // Drawn faces stand in for what the block says: what that could label, they can.
      const written = data.written.get("format");
      if (written?.kind === "label" && (written.name === "folders" || written.name === "bp4d"))
        return known({ kind: "later", name: written.name }, data, meaning, name);
      return affWild2(meaning, name);
    }
    default:
      return affWild2(meaning, name);
  }
}

function affWild2(meaning: TaskMeaning, name: string): boolean {
  if (meaning.kind === "scalar") return sAffWild2.scalars.includes(name);
  const names = meaning.kind === "units" ? sAffWild2.units : sAffWild2.classes;
  return meaning.names.some((each) => names.includes(each));
}
