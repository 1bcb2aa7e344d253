import type { DataPlan, FieldPlan, PartPlan } from "../lower/plan-data.ts";
import { refuseMissing } from "./data.ts";
import { tasksOf } from "./data-labels.ts";
import { fieldsOf } from "./fields.ts";
import { formatPlan } from "./formats.ts";
import { memoKind } from "./memo.ts";
import { attempt, Refusal, type Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";
import { checkFolds, foldCut } from "./splits.ts";
import { checkStoredFeatures } from "./stored-features.ts";
import type { DataThing } from "./things.ts";

const plans = memoKind<DataPlan | undefined>();

/** Data as the runtime opens it, with the tasks it can label: those of `labels`, or those whose names its format knows. */
export function dataPlan(session: Session, data: DataThing): DataPlan {
  const key = `${data.key} ${data.label}`;
  const make = (): DataPlan | undefined =>
    attempt(
      () => planned(session, data),
      () => undefined,
    );
  const plan = plans(session).get(key, make, { decidedBy: () => key, inTheMaking: () => undefined });
  return plan ?? session.reporter.silent();
}

function planned(session: Session, data: DataThing): DataPlan {
  const reporter: Reporter = session.reporter;
  const root = data.entries.get("root");
  const place = data.places.get("root") ?? data.declaration.span;
  const format = data.entries.get("format");
  if (format === undefined) refuseMissing(data, "format", reporter);
  if (format.kind === "poison") throw new Refusal();
  const duplicates = data.entries.get("duplicates");
  const fields = new Map<string, FieldPlan>();
  let imageColumn: string | undefined;
  for (const [name, { plan, call }] of fieldsOf(data, reporter)) {
    const column = call.args.get("column");
    if (column?.kind === "string") imageColumn = column.value;
    fields.set(name, plan);
  }
  checkFolds(session, data);
  checkStoredFeatures(session, data);
  const plan = formatPlan(session, data, format, imageColumn);
  if (root?.kind !== "string" && root?.kind !== "list" && plan.kind !== "synthetic")
    refuseMissing(data, "root", reporter);
  if (root?.kind === "list" && plan.kind !== "synthetic" && (plan.kind !== "folders" || root.items.length === 0))
    reporter.refuse(
      "wrong-type",
      place,
      { what: `the root of the data ${data.label}`, expected: "one folder", actual: `a list of ${root.items.length}` },
      { help: "only images in `folders` may lie below several roots" },
    );
  if (plan.kind === "folders" || plan.kind === "bp4d") checkPictures(data, fields, reporter);
  const { of, fold } = data.part;
  const cut = fold === undefined ? undefined : foldCut(data);
  const part: PartPlan = { of: of ?? "usual", fold, ...(cut === undefined ? {} : { cut }) };
  return {
    name: data.label,
    root: root?.kind === "string" ? root.value : plan.kind === "folders" ? plan.roots.join(", ") : "",
    format: plan,
    fields,
    tasks: tasksOf(session, data, plan),
    duplicates: duplicates?.kind === "label" && isPolicy(duplicates.name) ? duplicates.name : "keep_first",
    part,
  };
}

/** Where the rows are pictures, the data have some. */
function checkPictures(data: DataThing, fields: ReadonlyMap<string, FieldPlan>, reporter: Reporter): void {
  if ([...fields.values()].some(({ kind }) => kind === "images")) return;
  const written = data.entries.get("fields");
  if (written?.kind === "poison") return;
  reporter.report(
    "wrong-type",
    data.places.get("fields") ?? data.declaration.span,
    { what: `\`fields\` of the data ${data.label}`, expected: "pictures, which its rows are", actual: "none of them" },
    { help: 'such as fields: {image: images(".", size: 224)}' },
  );
}

function isPolicy(name: string): name is DataPlan["duplicates"] {
  return name === "keep_first" || name === "keep_last" || name === "keep_all" || name === "error";
}
