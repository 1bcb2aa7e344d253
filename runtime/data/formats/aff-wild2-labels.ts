import { join } from "node:path";
import { sAffWild2 } from "../../../compiler/library/s-aff-wild2.ts";
import type { BadRows } from "./bad-rows.ts";
import { readText } from "./read-text.ts";

/** The column that an expression's number is in. */
export const expressionColumn = "expression";

/** Labels of the frames of videos, out of files of one task each. A cell that is empty has no label. */
export class FrameLabels {
  readonly columns: string[] = [];
  readonly videos = new Map<string, Map<number, { readonly line: number; readonly cells: string[] }>>();

  /** Adds what one file says of a video: after a header, line by line the labels of frame 1, 2, .. */
  read(root: string, file: string, video: string, bad: BadRows): void {
    const [header = "", ...lines] = readText(root, file)
      .replace(/^\uFEFF/, "")
      .trimEnd()
      .split(/\r?\n/);
    const path = join(root, file);
    const kind = kindOf(header.split(",").map((name) => name.trim()));
    if (kind === undefined) {
      const expected = `${sAffWild2.scalars.join(",")}, ${sAffWild2.classes.join(",")} or ${sAffWild2.units.join(",")}`;
      bad.add({ file: path, line: 1, video, reason: `the header is ${JSON.stringify(header)}, not ${expected}` });
      return;
    }
    const frames = this.videos.get(video) ?? new Map<number, { line: number; cells: string[] }>();
    this.videos.set(video, frames);
    const places = kind.columns.map((name) => this.#placeOf(name));
    lines.forEach((text, i) => {
      const [frame, line] = [i + 1, i + 2];
      const cells = text.split(",").map((cell) => cell.trim());
      const wrong = kind.wrong(cells);
      if (wrong !== undefined) {
        bad.add({ file: path, line, video, reason: wrong });
        return;
      }
      const own = frames.get(frame) ?? { line, cells: [] };
      places.forEach((place, k) => {
        const cell = cells[k] ?? "";
        own.cells[place] = Number(cell) === kind.missing ? "" : cell;
      });
      frames.set(frame, own);
    });
  }

  #placeOf(column: string): number {
    const known = this.columns.indexOf(column);
    return known < 0 ? this.columns.push(column) - 1 : known;
  }
}

/** What the lines of a file are: of which task, and the code of what is not annotated. */
interface Kind {
  readonly columns: readonly string[];
  readonly missing: number;
  /** Why a line is not of this kind. */
  wrong(cells: readonly string[]): string | undefined;
}

function kindOf(names: readonly string[]): Kind | undefined {
  const { scalars, classes } = sAffWild2;
  if (same(names, scalars)) return kind(scalars, -5, (value) => value >= -1 && value <= 1, "within -1 and 1 nor -5");
  // The second challenge has no class Other.
  if (same(names, classes) || same(names, classes.slice(0, -1))) {
    const most = names.length - 1;
    const fits = (value: number) => Number.isInteger(value) && value >= 0 && value <= most;
    return kind([expressionColumn], -1, fits, `0 to ${most} nor -1`);
  }
  if (names.every((name) => /^AU\d+$/i.test(name)) && new Set(names).size === names.length)
    return kind(
      names.map((name) => name.toUpperCase()),
      -1,
      (value) => value === 0 || value === 1,
      "0, 1 nor -1",
    );
  return undefined;
}

function kind(columns: readonly string[], missing: number, fits: (value: number) => boolean, expected: string): Kind {
  return {
    columns,
    missing,
    wrong(cells) {
      if (cells.length !== columns.length) return `the row has ${cells.length} columns, not ${columns.length}`;
      const at = cells.findIndex((cell) => {
        const value = cell === "" ? Number.NaN : Number(cell);
        return !fits(value) && value !== missing;
      });
      return at < 0 ? undefined : `${columns[at]} is ${JSON.stringify(cells[at])}, neither ${expected}`;
    },
  };
}

function same(names: readonly string[], expected: readonly string[]): boolean {
  return (
    names.length === expected.length && names.every((name, i) => name.toLowerCase() === expected[i]?.toLowerCase())
  );
}
