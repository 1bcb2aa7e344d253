import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { DataError } from "../data-error.ts";
import { readText } from "./read-text.ts";

/** The rows of a comma-separated file below the data's root, its header first. Throws a DataError if it is not one. */
export function csvRecords(root: string, file: string): readonly (readonly string[])[] {
  try {
    const records: string[][] = parse(readText(root, file), {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
    return records;
  } catch (problem) {
    if (problem instanceof DataError) throw problem;
    throw new DataError(problem instanceof Error ? problem.message : String(problem), { file: join(root, file) });
  }
}
