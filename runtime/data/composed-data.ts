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
  const places = new Map<Part, readonly { readonly from: number; readonly data: OpenData; readonly part: Part }[]>();
  const identities: string[] = [];
  let first: OpenData | undefined;
  let synthetic = false;
  for (const part of ["train", "val", "test"] as const) {
    const found: {
      readonly from: number;
      readonly data: OpenData;
      readonly part: Part;
      readonly table: AnnotationTable;
    }[] = [];
    let rows = 0;
    for (const piece of piecesOf(plan, part)) {
      const data = await open(piece.plan);
      first ??= data;
      synthetic ||= data.synthetic;
      const table = data.parts.get(piece.part);
      if (table === undefined) continue;
      found.push({ from: rows, data, part: piece.part, table });
      rows += table.rows;
      if (part !== "test") identities.push(`${part} ${piece.part} ${data.identity}`);
    }
    const [one, ...others] = found.map(({ table }) => table);
    if (one === undefined) continue;
    parts.set(part, others.reduce(joinTables, one));
    places.set(part, found);
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
    folderOf(field, part, row) {
      const place = places.get(part)?.findLast(({ from }) => from <= row);
      if (place === undefined) throw new Error(`there is no row ${row} of ${part}`);
      return place.data.folderOf(field, place.part, row - place.from);
    },
    identity: bytesToHex(sha256(utf8ToBytes(identities.join("\n")))),
    listIdentity: first.listIdentity,
    synthetic,
    duplicates: 0,
    // Those that each is made of have told of theirs.
    skipped: [],
    badImages: new Map([...parts.keys()].map((part) => [part, new Map<number, string>()])),
  };
}
