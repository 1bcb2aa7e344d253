import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { FoldCut, PartPlan } from "../../compiler/lower/plan-data.ts";
import { type AnnotationTable, frameName } from "./annotation-table.ts";
import { DataError } from "./data-error.ts";
import { groupedBy } from "./divide.ts";
import { joinTables } from "./join-tables.ts";
import { hash, hashText } from "./loader/random.ts";
import type { OpenData, Part } from "./open-data.ts";
import { subTable } from "./sub-table.ts";

/** All of some data: trained on the training part, judged by the validation part. */
export const wholePart: PartPlan = { of: "usual", fold: undefined };

/**
 * Data of which a part or a fold is meant: the rows that are trained on as the training part, those of the fold as the validation part
 * (language rule 41). The test list stays.
 */
export function chosenPart(data: OpenData, part: PartPlan): OpenData {
  const { of, fold, cut } = part;
  const [train, val, test] = (["train", "val", "test"] as const).map((each) => data.parts.get(each));
  const labelled = [train, val].flatMap((table) => table ?? []);
  const [first, ...others] = labelled;
  if (first === undefined) return data;
  const all = others.reduce(joinTables, first);
  const parts = new Map<Part, AnnotationTable>();
  if (fold !== undefined && cut !== undefined) {
    const foldOf = folds(all, cut);
    const inside = subTable(all, (row) => foldOf(row) === fold);
    const outside = subTable(all, (row) => foldOf(row) !== fold);
    if (inside.rows === 0 || outside.rows === 0)
      throw new DataError(
        `the fold ${fold} of ${cut.count} has no ${typeof cut.by === "string" ? cut.by : cut.by.column} of its own, or all`,
        { file: all.file },
      );
    if (of !== "val") parts.set("train", outside);
    if (of === "usual") parts.set("val", inside);
    if (of === "val") parts.set("train", inside);
  } else {
    const rows = of === "train" ? train : of === "val" ? val : all;
    if (rows !== undefined) parts.set("train", rows);
  }
  if (test !== undefined) parts.set("test", test);
  return {
    ...data,
    parts,
    identity: bytesToHex(sha256(utf8ToBytes(`${data.identity} ${JSON.stringify(part)}`))),
    badImages: new Map([...parts.keys()].map((each) => [each, new Map<number, string>()])),
  };
}

/** Which fold a row is in. Groups are dealt out in an order that the seed decides, so that folds have as many, give or take one. */
function folds(table: AnnotationTable, { count, by, seed }: FoldCut): (row: number) => number {
  const groupOf =
    by === "row" ? (row: number) => frameName(table, row) : groupedBy(table, typeof by === "string" ? by : by.column);
  const groups = [...new Set(Array.from({ length: table.rows }, (_, row) => groupOf(row)))].sort();
  const places = new Map(groups.map((group) => [group, hash(seed, hashText(group, seed))]));
  const dealt = groups.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  const foldOf = new Map(dealt.map((group, i) => [group, i % count]));
  return (row) => foldOf.get(groupOf(row)) ?? 0;
}
