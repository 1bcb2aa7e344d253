import type { ColumnPlan } from "../lower/plan-data.ts";
import { type CallThing, type DataThing, textOf } from "./things.ts";

/** What `labels` of data say, by task (language rules 36 and 37). */
export function columnsOf(data: DataThing): ReadonlyMap<string, ColumnPlan> {
  const columns = new Map<string, ColumnPlan>();
  const given = data.entries.get("labels");
  if (given?.kind !== "map") return columns;
  const before = data.written.get("labels");
  for (const [task, now] of given.entries) {
    // What is filled in fills gaps of the labels that the block has.
    const isFilled = now.kind === "call" && now.name === "fill";
    const thing = isFilled && before?.kind === "map" ? (before.entries.get(task) ?? now) : now;
    if (thing.kind === "call") columns.set(task, columnPlan(thing));
  }
  return columns;
}

function columnPlan(labels: CallThing): ColumnPlan {
  const missing = labels.args.get("missing");
  const classes = labels.args.get("classes");
  const names = labels.args.get(labels.name === "column" ? "name" : "names");
  const mixtures = labels.args.get("mixtures");
  const weight = labels.args.get("weight");
  return {
    columns: names?.kind === "list" ? names.items.flatMap(textOf) : names === undefined ? [] : textOf(names),
    missing:
      missing?.kind === "number" ? String(missing.value) : missing?.kind === "string" ? missing.value : undefined,
    classes: classes?.kind === "list" ? classes.items.flatMap(textOf) : undefined,
    ...(mixtures?.kind === "map"
      ? {
          mixtures: new Map(
            [...mixtures.entries].map(([name, of]) => [name, of.kind === "list" ? of.items.flatMap(textOf) : []]),
          ),
        }
      : {}),
    ...(weight?.kind === "string" ? { weight: weight.value } : {}),
  };
}
