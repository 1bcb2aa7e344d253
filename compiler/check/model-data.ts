import type { Span } from "../diagnostics/source.ts";
import { type Field, fieldsOf } from "./fields.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import type { BlendThing, DataThing, StageThing } from "./things.ts";

/** What a stage is trained on: data, or several at once. */
export type ModelData = DataThing | BlendThing;

/** The data by which a stage is known: of a blend its first part, whose pass is an epoch (language rule 11). */
export function mainData(data: ModelData): DataThing {
  if (data.kind === "data") return data;
  const [first] = data.parts;
  if (first === undefined) throw new Error("a blend of nothing is refused where it is made");
  return first.data;
}

export function partsOf(data: ModelData): readonly DataThing[] {
  return data.kind === "data" ? [data] : data.parts.map((part) => part.data);
}

/** A field that a model reads: every part of a blend must have it, alike (language rules 39, 42). */
export function fieldNamed(data: ModelData, name: string, span: Span, stage: StageThing, reporter: Reporter): Field {
  let found: Field | undefined;
  for (const part of partsOf(data)) {
    const fields = fieldsOf(part, reporter);
    const field = fields.get(name);
    if (field === undefined) {
      const given = part.entries.get("fields");
      const broken = given?.kind === "map" ? given.entries.get(name) : given;
      // A field with a mistake has been told.
      if (broken !== undefined && (broken.kind === "poison" || broken.kind === "call")) return reporter.silent();
      const names = [...fields.keys()];
      const help = suggestion(name, names) ?? `it has ${names.map((each) => `\`${each}\``).join(", ") || "none"}`;
      const related = [{ span: stage.span, text: `reached through ${stage.label}` }];
      return reporter.refuse("field-not-in-data", span, { data: part.label, field: name }, { help, related });
    }
    const text = ({ axes }: Field) => `[${axes.map((axis) => `${axis.name}: ${axis.size}`).join(", ")}]`;
    if (found !== undefined && text(found) !== text(field)) {
      const what = `the field \`${name}\``;
      return reporter.refuse(
        "shape-mismatch",
        span,
        { what, left: `${text(found)} of ${mainData(data).label}`, right: `${text(field)} of ${part.label}` },
        { related: [{ span: field.call.span, text: "declared here" }] },
      );
    }
    found ??= field;
  }
  return found ?? reporter.silent();
}

/** Whether every part of the data has a field, right or wrong. */
export function hasField(data: ModelData, name: string, reporter: Reporter): boolean {
  return partsOf(data).every((part) => {
    const given = part.entries.get("fields");
    return given?.kind !== "map" || given.entries.has(name) || fieldsOf(part, reporter).has(name);
  });
}
