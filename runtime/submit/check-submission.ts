import { sAffWild2 } from "../../compiler/library/s-aff-wild2.ts";
import type { ListedImage } from "../data/formats/listed-images.ts";
import { submissionColumns, submissionHeader } from "./submission-format.ts";

/** What is wrong with a challenge's file. */
export interface SubmissionMistake {
  /** From 1; undefined of the file as a whole. */
  readonly line: number | undefined;
  readonly message: string;
}

/**
 * Everything that is wrong with the text of a challenge's file: its header, each row's columns, and, where a list is given, that it has
 * the list's images in the list's order.
 */
export function checkSubmission(text: string, list: readonly ListedImage[] | undefined): readonly SubmissionMistake[] {
  const mistakes: SubmissionMistake[] = [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const [header = "", ...rows] = lines.map((line) => line.replace(/\r$/, ""));
  const say = (line: number | undefined, message: string) => mistakes.push({ line, message });
  if (header !== submissionHeader) say(1, `the header must be ${submissionHeader}, not ${shown(header)}`);
  const places = new Map<string, number>();
  rows.forEach((row, i) => {
    const line = i + 2;
    const cells = row.split(",");
    const [image = ""] = cells;
    const before = places.get(image);
    if (cells.length !== submissionColumns) say(line, `the row has ${cells.length} columns, not ${submissionColumns}`);
    else for (const wrong of wrongCells(cells)) say(line, wrong);
    if (before !== undefined) say(line, `${shown(image)} is there twice, first on line ${before}`);
    else places.set(image, line);
  });
  if (rows.length === 0 && list === undefined) say(undefined, "it has no row");
  if (list !== undefined) for (const mistake of againstList(places, list)) mistakes.push(mistake);
  return mistakes.sort((a, b) => (a.line ?? Number.POSITIVE_INFINITY) - (b.line ?? Number.POSITIVE_INFINITY));
}

function wrongCells(cells: readonly string[]): readonly string[] {
  const { scalars, classes, units } = sAffWild2;
  const wrong: string[] = [];
  scalars.forEach((name, i) => {
    const cell = cells[1 + i] ?? "";
    const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN;
    if (!(value >= -1 && value <= 1)) wrong.push(`${name} is ${shown(cell)}, not a number within -1 and 1`);
  });
  const expression = cells[1 + scalars.length] ?? "";
  if (!/^\d+$/.test(expression) || Number(expression) >= classes.length)
    wrong.push(`expression is ${shown(expression)}, not a whole number from 0 to ${classes.length - 1}`);
  units.forEach((name, i) => {
    const cell = cells[2 + scalars.length + i] ?? "";
    if (cell !== "0" && cell !== "1") wrong.push(`${name} is ${shown(cell)}, neither 0 nor 1`);
  });
  return wrong;
}

function againstList(places: ReadonlyMap<string, number>, list: readonly ListedImage[]): readonly SubmissionMistake[] {
  const listed = new Set(list.map(({ image }) => image));
  const missing = [...listed].filter((image) => !places.has(image));
  const more = [...places].filter(([image]) => !listed.has(image));
  const mistakes: SubmissionMistake[] = more.map(([image, line]) => ({
    line,
    message: `${shown(image)} is not in the list`,
  }));
  const [first] = missing;
  if (first !== undefined)
    mistakes.push({
      line: undefined,
      message: `${missing.length} of the list's ${listed.size} images ${missing.length === 1 ? "is" : "are"} missing, such as ${first}`,
    });
  // An order is only to be spoken of where both have the same.
  if (mistakes.length > 0) return mistakes;
  const ours = [...places];
  const at = [...listed].findIndex((image, i) => ours[i]?.[0] !== image);
  const [image = "", line] = ours[at] ?? [];
  if (at >= 0)
    mistakes.push({
      line,
      message: `${shown(image)} stands where the list has ${shown([...listed][at] ?? "")}: rows stand in the list's order`,
    });
  return mistakes;
}

const mostShown = 60;

function shown(text: string): string {
  return JSON.stringify(text.length > mostShown ? `${text.slice(0, mostShown)}…` : text);
}
