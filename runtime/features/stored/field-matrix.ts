import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import type { FieldPlan } from "../../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../../data/annotation-table.ts";
import { DataError } from "../../data/data-error.ts";
import { firstNotFinite } from "../../data/first-not-finite.ts";
import { insideFolder } from "../../data/inside-folder.ts";
import type { FeatureMatrix } from "../../data/loader/batch-loader.ts";
import { readStored } from "./read-stored.ts";
import { frameOf, type StoredNumbers, wholeVideo } from "./stored-numbers.ts";

export type FeaturesPlan = Extract<FieldPlan, { readonly kind: "features" }>;

/** A field's numbers for every row of a table, and 1 for each row that has its own, else 0. */
export interface FieldMatrix extends FeatureMatrix {
  readonly present: Float32Array;
}

/** The file of a field, below the data's root. Throws a DataError where it is not there or would leave it. */
export function storedFile(root: string, { file }: FeaturesPlan): string {
  const path = insideFolder(root, file);
  if (path === undefined) throw new DataError("it leads out of the data's root", { file });
  if (!existsSync(path)) throw new DataError(`there is no such file below ${root}`, { file });
  return path;
}

/** 64 hex digits over a file's bytes. */
export async function digestOf(path: string): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  return digest.digest("hex");
}

/** Reads what a field's file has of the videos of tables. */
export async function readField(
  root: string,
  plan: FeaturesPlan,
  tables: Iterable<AnnotationTable>,
): Promise<StoredNumbers> {
  const videos = new Set<string>();
  for (const table of tables) for (let row = 0; row < table.rows; row += 1) videos.add(placeOf(table, row).video);
  try {
    return await readStored(plan.layout, { path: storedFile(root, plan), dims: plan.dims, per: plan.per, videos });
  } catch (problem) {
    if (problem instanceof DataError) throw problem;
    throw new DataError(problem instanceof Error ? problem.message : String(problem), { file: plan.file });
  }
}

/** Numbers in the order of a table's rows; those that are missing are met as the field says. */
export function fieldMatrix(plan: FeaturesPlan, numbers: StoredNumbers, table: AnnotationTable): FieldMatrix {
  const { dims, file, missing, per } = plan;
  const width = dims.reduce((product, size) => product * size, 1);
  const values = new Float32Array(table.rows * width);
  const present = new Float32Array(table.rows);
  const lookups = new Map<string, FramesOf>();
  const framesOf = (video: string): FramesOf => {
    const known = lookups.get(video) ?? new FramesOf(numbers.get(video));
    lookups.set(video, known);
    return known;
  };
  let lacking = 0;
  let first = -1;
  for (let row = 0; row < table.rows; row += 1) {
    const place = placeOf(table, row);
    const frames = framesOf(place.video);
    const frame = per === "video" ? wholeVideo : place.frame;
    const own = frames.at(frame);
    if (own !== undefined) present[row] = 1;
    const entry = own ?? (missing === "nearest" ? frames.nearest(frame) : undefined);
    if (entry !== undefined) values.set(entry, row * width);
    else if (missing === "error" || missing === "nearest") {
      lacking += 1;
      if (first < 0) first = row;
    }
  }
  if (lacking > 0) {
    const { video, frame } = placeOf(table, first);
    const whose = `${lacking} of ${table.rows} frames of ${table.file} have no entry`;
    const way =
      missing === "nearest"
        ? "of their video it has none at all; `missing: zero` or `mask` goes on without"
        : "`missing: zero`, `nearest` or `mask` goes on without";
    throw new DataError(`${whose}, first the frame ${frame}: ${way}`, { file, video });
  }
  const bad = firstNotFinite(values);
  if (bad >= 0) {
    const row = Math.floor(bad / width);
    const { video, frame } = placeOf(table, row);
    throw new DataError(`the entry of the frame ${frame} has a number that is none`, { file, video });
  }
  return { shape: dims, values, present };
}

/** Under which names a row's entry is stored: its picture's folder and number, or what the table says of it. */
function placeOf(
  { image, video, frame, videos, numbered }: AnnotationTable,
  row: number,
): { readonly video: string; readonly frame: number } {
  const [, folder, name] = numbered === true ? [] : (/([^/]+)\/([^/]+)$/.exec(image[row] ?? "") ?? []);
  const number = name === undefined ? undefined : frameOf(name);
  if (folder !== undefined && number !== undefined) return { video: folder, frame: number };
  return { video: videos[video[row] ?? 0] ?? "", frame: frame[row] ?? 0 };
}

/** The entries of a video by frame. */
class FramesOf {
  readonly #frames: ReadonlyMap<number, Float32Array>;
  #sorted: Int32Array | undefined;

  constructor(frames: ReadonlyMap<number, Float32Array> = new Map()) {
    this.#frames = frames;
  }

  at(frame: number): Float32Array | undefined {
    return this.#frames.get(frame);
  }

  /** That of the frame least far away, of two the earlier. */
  nearest(frame: number): Float32Array | undefined {
    this.#sorted ??= Int32Array.from(this.#frames.keys()).sort();
    const sorted = this.#sorted;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) < frame) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [sorted[low - 1], sorted[low]];
    if (before === undefined || after === undefined) return this.at(before ?? after ?? 0);
    return this.at(frame - before <= after - frame ? before : after);
  }
}
