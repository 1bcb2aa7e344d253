import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { DataPlan, FormatPlan, PartName, SplitPlan } from "../../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../annotation-table.ts";
import { DataError } from "../data-error.ts";
import { divided } from "../divide.ts";
import { type AffWild2Part, readAffWild2, readVideoList } from "./aff-wild2.ts";
import type { BadRow, OnBadRow } from "./bad-rows.ts";
import { type Bp4dTables, readBp4d } from "./bp4d.ts";
import { readCsvTable } from "./csv-table.ts";
import { readImageFolders } from "./image-folders.ts";
import { readSAffWild2 } from "./s-aff-wild2.ts";

/** What reading a format gives, by part. */
export interface ReadParts {
  readonly parts: ReadonlyMap<PartName, AnnotationTable>;
  readonly identity: string;
  readonly listIdentity: string;
  readonly duplicates: number;
  readonly withoutImage: number;
  readonly skipped: readonly BadRow[];
}

type Of<Kind extends FormatPlan["kind"]> = Extract<FormatPlan, { readonly kind: Kind }>;

const partNames = ["train", "val", "test"] as const;

export function openSAffWild2(data: DataPlan, { parts: files }: Of<"s_aff_wild2">, onBadRow: OnBadRow): ReadParts {
  const parts = new Map<PartName, AnnotationTable>();
  const skipped: BadRow[] = [];
  const digest = sha256.create();
  let listIdentity = "";
  let duplicates = 0;
  for (const part of partNames) {
    const file = files[part];
    if (file === undefined || (part === "test" && !existsSync(join(data.root, file)))) continue;
    const read = readSAffWild2({ root: data.root, file, tasks: data.tasks, duplicates: data.duplicates, onBadRow });
    parts.set(part, read.table);
    skipped.push(...read.skipped);
    duplicates += read.duplicates;
    const content = readFileSync(join(data.root, file));
    if (part === "test") listIdentity = bytesToHex(sha256(content));
    else digest.update(content);
  }
  const identity = bytesToHex(digest.update(utf8ToBytes(data.duplicates)).digest());
  return { parts, identity, listIdentity, duplicates, withoutImage: 0, skipped };
}

export function openCsv(data: DataPlan, format: Of<"csv">, onBadRow: OnBadRow): ReadParts {
  const { table, skipped } = readCsvTable(data, format, data.tasks, onBadRow);
  const parts = divided(table, format.split);
  const identity = bytesToHex(sha256(readFileSync(join(data.root, format.file))));
  return { parts, ...identities(identity, parts, format.split), duplicates: 0, withoutImage: 0, skipped };
}

export function openFolders(data: DataPlan, format: Of<"folders">, onBadRow: OnBadRow): ReadParts {
  const images = imagesOf(data) ?? ".";
  const read = (part: PartName | undefined) => readImageFolders(format, images, part, data.tasks, onBadRow);
  return byPart(data, format, read, ({ table }) =>
    // What is trained on is which images there are: their content is not read to know it.
    table.image.map((image, row) => `${table.root?.[row] ?? 0} ${image}\n`),
  );
}

export function openBp4d(data: DataPlan, format: Of<"bp4d">, onBadRow: OnBadRow): ReadParts {
  const images = imagesOf(data) ?? ".";
  const read = (part: PartName | undefined): Bp4dTables =>
    readBp4d(data.root, format, images, part, data.tasks, onBadRow);
  return byPart(data, format, read, ({ table, files }) => [...contents(data.root, files), ...table.image]);
}

export function openAffWild2(data: DataPlan, { parts: folders }: Of<"aff_wild2">, onBadRow: OnBadRow): ReadParts {
  const images = imagesOf(data);
  const folder = images === undefined ? undefined : join(data.root, images);
  const read = new Map<PartName, AffWild2Part>();
  for (const part of ["train", "val"] as const) {
    const names = folders[part];
    if (names !== undefined) read.set(part, readAffWild2(data.root, names, folder, data.tasks, onBadRow));
  }
  refuseShared(read);
  const parts = new Map([...read].map(([part, { table }]): [PartName, AnnotationTable] => [part, table]));
  const [list] = folders.test ?? [];
  if (list !== undefined && existsSync(join(data.root, list))) {
    if (folder === undefined)
      throw new DataError("a list of videos needs a field of images: their frames are counted there", { file: list });
    parts.set("test", readVideoList(data.root, list, folder));
  }
  const all = [...read.values()];
  const identity = digestOf(all.flatMap(({ files, table }) => [...contents(data.root, files), ...table.image]));
  const test = parts.get("test");
  return {
    parts,
    identity,
    listIdentity: test === undefined ? "" : digestOf(test.image),
    duplicates: 0,
    withoutImage: all.reduce((sum, { withoutImage }) => sum + withoutImage, 0),
    skipped: all.flatMap(({ skipped }) => skipped),
  };
}

/** The tasks of Aff-Wild2 divide its videos differently: one that both trains and judges would make scores worthless. */
function refuseShared(read: ReadonlyMap<PartName, AffWild2Part>): void {
  const [train, val] = [read.get("train")?.table, read.get("val")?.table];
  const trained = new Set(train?.videos);
  const shared = (val?.videos ?? []).filter((video) => trained.has(video));
  if (train === undefined || val === undefined || shared.length === 0) return;
  const named = shared.slice(0, 5).join(", ");
  throw new DataError(
    `${shared.length} of its videos are in ${train.file} too, such as ${named}; leave their files out of one of the parts`,
    { file: val.file },
  );
}

/** Tables of folders: those of the parts, or one that a split divides. */
function byPart<Read extends { readonly table: AnnotationTable; readonly skipped: readonly BadRow[] }>(
  data: DataPlan,
  { parts: named, split }: Of<"folders"> | Of<"bp4d">,
  read: (part: PartName | undefined) => Read,
  contentOf: (read: Read) => readonly (string | Uint8Array)[],
): ReadParts {
  const apart = partNames.filter((part) => named[part] !== undefined);
  const whole = apart.every((part) => part === "train");
  const each = whole
    ? [["train", read(apart[0])] as const]
    : apart.map((part): readonly [PartName, Read] => [part, read(part)]);
  const [first] = each;
  const parts =
    whole && first !== undefined
      ? divided(first[1].table, split)
      : new Map(each.map(([part, { table }]): [PartName, AnnotationTable] => [part, table]));
  const identity = digestOf([data.duplicates, ...each.flatMap(([, own]) => contentOf(own))]);
  const skipped = each.flatMap(([, own]) => own.skipped);
  return { parts, ...identities(identity, parts, whole ? split : undefined), duplicates: 0, withoutImage: 0, skipped };
}

/** The test part of the same files is as much decided by them, and by how they are divided. */
function identities(files: string, parts: ReadonlyMap<PartName, AnnotationTable>, split: SplitPlan | undefined) {
  const identity = split === undefined ? files : digestOf([files, JSON.stringify(split)]);
  return { identity, listIdentity: parts.has("test") ? identity : "" };
}

/** The folder of the images that the rows are, below the root. */
function imagesOf({ fields }: DataPlan): string | undefined {
  return [...fields.values()].flatMap((field) => (field.kind === "images" ? [field.folder] : []))[0];
}

function contents(root: string, files: readonly string[]): readonly Uint8Array[] {
  return files.map((file) => readFileSync(join(root, file)));
}

function digestOf(pieces: readonly (string | Uint8Array)[]): string {
  const digest = sha256.create();
  for (const piece of pieces) digest.update(typeof piece === "string" ? utf8ToBytes(`${piece}\n`) : piece);
  return bytesToHex(digest.digest());
}
