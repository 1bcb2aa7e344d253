import type { Span } from "../diagnostics/source.ts";
import type { CheckedStage } from "./check-stage.ts";
import { judgedRows, type RowPiece, type Rows, trainedRows } from "./data-parts.ts";
import { partsOf } from "./model-data.ts";
import type { Session } from "./session.ts";
import type { DataThing, StageThing } from "./things.ts";

/** Rows that a stage's weights have seen: its own, and those of every stage that it reads or starts from. */
export function provenance(
  checked: CheckedStage,
  lookUp: (stage: StageThing) => CheckedStage | undefined,
): readonly { readonly rows: Rows; readonly stage: StageThing }[] {
  const seen = new Set<string>();
  const found: { rows: Rows; stage: StageThing }[] = [];
  const visit = (each: CheckedStage) => {
    if (seen.has(each.stage.key)) return;
    seen.add(each.stage.key);
    if (each.stage.declaration.verb === "train")
      for (const data of partsOf(each.built.model.data)) found.push({ rows: trainedRows(data), stage: each.stage });
    for (const need of each.needs) {
      const other = lookUp(need);
      if (other !== undefined) visit(other);
    }
  };
  visit(checked);
  return found;
}

/** Whether any of these rows was trained on. */
function covers(rows: Rows, data: DataThing, piece: RowPiece): boolean {
  return rows.data === data.annotations && rows.covers(piece);
}

/** Refuses a stage whose features or first weights come from a training on the rows that it is judged by (language rule 48). */
export function checkLeakage(
  session: Session,
  consumer: CheckedStage,
  judgedOn: DataThing | undefined,
  lookUp: (stage: StageThing) => CheckedStage | undefined,
): void {
  for (const data of judgedOn === undefined ? partsOf(consumer.built.model.data) : [judgedOn]) {
    const piece = judgedRows(data);
    if (piece === undefined) continue;
    for (const need of consumer.needs) {
      const producer = lookUp(need);
      if (producer === undefined) continue;
      const leak = provenance(producer, lookUp).find(({ rows }) => covers(rows, data, piece));
      if (leak === undefined) continue;
      reportLeak(session, consumer.stage.span, consumer.stage.label, need, leak);
    }
  }
}

/** Refuses a member of an assembly that was trained on the rows that the assembly is judged by. */
export function checkMemberLeakage(
  session: Session,
  member: CheckedStage,
  data: DataThing,
  span: Span,
  what: string,
  lookUp: (stage: StageThing) => CheckedStage | undefined,
): void {
  const piece = judgedRows(data);
  if (piece === undefined) return;
  const leak = provenance(member, lookUp).find(({ rows }) => covers(rows, data, piece));
  if (leak !== undefined) reportLeak(session, span, what, member.stage, leak);
}

function reportLeak(
  session: Session,
  span: Span,
  consumer: string,
  producer: StageThing,
  leak: { readonly rows: Rows; readonly stage: StageThing },
): void {
  const through = leak.stage.key === producer.key ? "" : `, through ${leak.stage.label}`;
  session.reporter.report(
    "leakage",
    span,
    { consumer, producer: `${producer.label}${through}` },
    {
      help: `${leak.stage.label} was trained on ${leak.rows.label}; train both on the same part or fold`,
      related: [{ span: leak.stage.span, text: `${leak.stage.label} is made here` }],
    },
  );
}
