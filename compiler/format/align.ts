import type { IToken } from "chevrotain";
import type { Row } from "./rows.ts";
import { spaceBefore } from "./spacing.ts";

/**
 * The width of the name with its mark, for rows whose values are aligned: entries of one block, and bindings of the file that follow
 * each other. A blank line or a comment of its own begins a new group.
 */
export function alignedWidths(rows: readonly Row[], comments: readonly IToken[]): ReadonlyMap<Row, number> {
  const widths = new Map<Row, number>();
  const taken = new Set(rows.map(({ tokens }) => tokens[0]?.startLine));
  const alone = new Set(comments.flatMap(({ startLine }) => (taken.has(startLine) ? [] : [startLine])));
  const groups = new Map<number, { rows: Row[]; line: number; kind: string }>();
  const close = (group: { readonly rows: readonly Row[] } | undefined) => {
    if (group === undefined) return;
    const width = group.rows.reduce((most, row) => Math.max(most, nameWidth(row)), 0);
    if (group.rows.length > 1) for (const row of group.rows) widths.set(row, width);
  };
  let ended = 0;
  for (const row of rows) {
    const line = row.tokens[0]?.startLine ?? 0;
    const parent = row.open.at(-1)?.id ?? 0;
    const kind = row.mark === undefined ? undefined : row.tokens[row.mark]?.image;
    const group = groups.get(parent);
    const broken = gap(ended, line, alone, taken) || (parent === 0 && group !== undefined && line > group.line + 1);
    if (kind !== undefined && alignable(row)) {
      if (group !== undefined && !broken && group.kind === kind) {
        group.rows.push(row);
        group.line = line;
      } else {
        close(group);
        groups.set(parent, { rows: [row], line, kind });
      }
    } else if (broken || parent === 0) {
      close(group);
      groups.delete(parent);
    }
    ended = line;
  }
  for (const group of groups.values()) close(group);
  return widths;
}

/** Entries of maps and blocks, and bindings of the file; definitions in bodies are not aligned. */
function alignable({ tokens, mark, open }: Row): boolean {
  return mark !== undefined && (tokens[mark]?.image === ":" ? open.length > 0 : open.length === 0);
}

/** Whether a blank line or a comment stands between two rows. */
function gap(
  from: number,
  to: number,
  alone: ReadonlySet<number | undefined>,
  taken: ReadonlySet<number | undefined>,
): boolean {
  for (let line = from + 1; line < to; line += 1) if (alone.has(line) || !taken.has(line)) return true;
  return false;
}

/** The name as it is printed, with a colon behind or a space before the sign. */
function nameWidth({ tokens, mark }: Row): number {
  let width = 0;
  tokens.slice(0, mark).forEach((token, k) => {
    const before = tokens[k - 1];
    const around = { afterSign: false, bracket: "{", inBlock: false, closes: false, inHead: false };
    if (k > 0) width += spaceBefore({ token, before, ...around });
    width += token.image.length;
  });
  return width + 1;
}
