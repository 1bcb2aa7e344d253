import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { DataPlan } from "../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "./annotation-table.ts";
import { joinTables } from "./join-tables.ts";
import type { OpenData, Part } from "./open-data.ts";

/** Rows that a part of composed data is joined from. */
export interface Piece {
  readonly plan: DataPlan;
  readonly part: Part;
}

/** Whether data are trained on with others, or judged on others. */
export function isComposed({ joined, judged }: DataPlan): boolean {
  return joined !== undefined || judged !== undefined;
}

/** What a part of some data is joined from, in order; of data that are not composed themselves. */
export function piecesOf(plan: DataPlan, part: Part): readonly Piece[] {
  const { joined, judged, ...own } = plan;
  if (part === "train" && joined !== undefined) return joined.map((each) => ({ plan: each, part }));
  // Data of which a part is meant have its rows as their training part (see `chosenPart`).
  if (part === "val" && judged !== undefined)
    return [{ plan: judged, part: judged.part.of === "usual" ? "val" : "train" }];
  const [first = own] = joined ?? [];
  return [{ plan: first, part }];
}

/** All data that composed data are made of, each once. */
export function dataIn(plan: DataPlan): readonly DataPlan[] {
  return isComposed(plan) ? [...piecesOf(plan, "train"), ...piecesOf(plan, "val")].map((piece) => piece.plan) : [plan];
}

/** Data whose parts are joined from others, which `open` opens (language rule 42). */
export async function composedData(plan: DataPlan, open: (plan: DataPlan) => Promise<OpenData>): Promise<OpenData> {
  const parts = new Map<Part, AnnotationTable>();
  const starts = new Map<Part, readonly number[]>();
  /** Each of the data that rows are of, by what comes before its roots. */
  const sources = new Map<OpenData, number>();
  let roots = 0;
  const identities: string[] = [];
  let first: OpenData | undefined;
  let synthetic = false;
  for (const part of ["train", "val", "test"] as const) {
    const found: { readonly from: number; readonly table: AnnotationTable }[] = [];
    let rows = 0;
    for (const piece of piecesOf(plan, part)) {
      const data = await open(piece.plan);
      first ??= data;
      synthetic ||= data.synthetic;
      const table = data.parts.get(piece.part);
      if (table === undefined) continue;
      const before = sources.get(data) ?? roots;
      if (!sources.has(data)) roots += data.roots;
      sources.set(data, before);
      const root = Int32Array.from({ length: table.rows }, (_, row) => before + (table.root?.[row] ?? 0));
      found.push({ from: rows, table: { ...table, root } });
      rows += table.rows;
      if (part !== "test") identities.push(`${part} ${piece.part} ${data.identity}`);
    }
    const [one, ...others] = found.map(({ table }) => table);
    if (one === undefined) continue;
    parts.set(part, others.reduce(joinTables, one));
    starts.set(
      part,
      found.map(({ from }) => from),
    );
  }
  if (first === undefined) throw new Error("composed data are made of some");
  return {
    root: first.root,
    parts,
    starts,
    roots,
    foldersOf: (field) => [...sources.keys()].flatMap((data) => data.foldersOf(field)),
    identity: bytesToHex(sha256(utf8ToBytes(identities.join("\n")))),
    listIdentity: first.listIdentity,
    synthetic,
    duplicates: 0,
    withoutImage: 0,
    // Those that each is made of have told of theirs.
    skipped: [],
    badImages: new Map([...parts.keys()].map((part) => [part, new Map<number, string>()])),
  };
}
