import { type Bracket, closerOf, type Row } from "./rows.ts";
import { isSign, spaceBefore } from "./spacing.ts";

/** A row as it is printed, without its comment. */
export interface Line {
  readonly indent: number;
  readonly text: string;
}

/** What the rows inside a bracket are indented by. */
interface Place {
  readonly indent: number;
  readonly column: number;
  /** Column of the value of the entry at hand: rows that go on with it begin there. */
  value: number | undefined;
}

/** Declarations in whose head inputs follow parameters. */
const headed: ReadonlySet<string> = new Set(["module", "model", "loss"]);

/** Every row with its indentation and spaces; `widths` gives the rows whose values are aligned the width of their names. */
export function linesOf(rows: readonly Row[], widths: ReadonlyMap<Row, number>): readonly Line[] {
  const places = new Map<number, Place>();
  let inHead = false;
  return rows.map((row) => {
    const { tokens, opens, mark } = row;
    const [first] = tokens;
    if (row.declares) inHead = headed.has(first?.image ?? "");
    const indent = indentOf(row, places);
    const open = [...row.open];
    let text = "";
    tokens.forEach((token, k) => {
      const before = k === 0 ? row.before : tokens[k - 1];
      const top = open.at(-1);
      const closes = top !== undefined && closerOf[top.image] === token.image;
      if (k > 0) {
        const beforeThat = k === 1 ? row.before : tokens[k - 2];
        const afterSign = before !== undefined && isSign(before, beforeThat);
        const inBlock = top?.block === true;
        const where = { token, before, afterSign, bracket: top?.image, inBlock, closes };
        text += " ".repeat(spaceBefore({ ...where, inHead: inHead && open.length === 0 }));
      }
      const width = widths.get(row);
      if (k === mark && width !== undefined && token.image === "=") text = text.trimEnd().padEnd(width);
      const column = indent + text.length;
      text += token.image;
      if (k === mark) {
        if (width !== undefined && token.image === ":") text = text.padEnd(width);
        const own = row.open.at(-1);
        const place = own === undefined ? undefined : places.get(own.id);
        if (place !== undefined) place.value = indent + text.length + 1;
      }
      const opened = opens.get(k);
      if (opened !== undefined) {
        // A declaration's block hangs on the declaration, however many lines its head has.
        const hangsOn = open.length === 0 && token.image === "{" ? 0 : indent;
        open.push(opened);
        places.set(opened.id, { indent: hangsOn, column, value: undefined });
        if (open.length === 1 && token.image === "{") inHead = false;
      } else if (closes) open.pop();
    });
    return { indent, text: text.trimEnd() };
  });
}

function indentOf(row: Row, places: ReadonlyMap<number, Place>): number {
  const top: Bracket | undefined = row.open.at(-1);
  if (top === undefined) return row.declares ? 0 : 2;
  const place = places.get(top.id);
  if (place === undefined) return 0;
  const base = top.hangs ? place.indent : place.column;
  if (row.tokens[0]?.image === closerOf[top.image]) return base;
  const inside = top.hangs ? base + 2 : base + 1;
  if (row.begins || top.image !== "{") return row.begins ? inside : inside + (top.hangs ? 2 : 0);
  return place.value ?? inside + 2;
}
