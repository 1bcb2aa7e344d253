import type { IToken } from "chevrotain";
import { opensBlock } from "./spacing.ts";

/** A bracket of the text. */
export interface Bracket {
  readonly id: number;
  readonly image: string;
  /** Whether it opens a block, as opposed to a map, a list or arguments. */
  readonly block: boolean;
  /** Whether nothing follows it on its line. */
  readonly hangs: boolean;
  readonly row: number;
}

/** The tokens of one line of the source, and what its layout depends on. */
export interface Row {
  readonly tokens: readonly IToken[];
  /** The last token before it. */
  readonly before: IToken | undefined;
  /** Brackets that are open where it begins, outermost first. */
  readonly open: readonly Bracket[];
  /** Brackets that it opens, by the index of their token. */
  readonly opens: ReadonlyMap<number, Bracket>;
  /** Whether it begins a declaration. */
  readonly declares: boolean;
  /** Whether it begins an entry, a statement or an item, as opposed to going on with one. */
  readonly begins: boolean;
  /** The mark behind the name of its only entry, by index: what can be aligned with the rows around. */
  readonly mark: number | undefined;
}

export const closerOf: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const closers: ReadonlySet<string> = new Set(Object.values(closerOf));

/** The text line by line; `declarations` are the tokens that begin one. */
export function rowsOf(tokens: readonly IToken[], declarations: ReadonlySet<string>): readonly Row[] {
  const rows: Row[] = [];
  const open: Bracket[] = [];
  let brackets = 0;
  for (let i = 0; i < tokens.length; ) {
    const first = tokens[i];
    if (first === undefined) break;
    let end = i + 1;
    while (end < tokens.length && tokens[end]?.startLine === first.startLine) end += 1;
    const own = tokens.slice(i, end);
    const before = tokens[i - 1];
    const outside = [...open];
    const opens = new Map<number, Bracket>();
    own.forEach((token, k) => {
      if (token.image in closerOf) {
        brackets += 1;
        const block = opensBlock(token, tokens[i + k - 1]);
        const bracket = { id: brackets, image: token.image, block, hangs: k === own.length - 1, row: rows.length };
        open.push(bracket);
        opens.set(k, bracket);
      } else if (closers.has(token.image)) open.pop();
    });
    const top = outside.at(-1);
    const declares =
      top === undefined && (declarations.has(first.tokenType.name) || first.tokenType.name === "TopBinding");
    const begins =
      declares ||
      (top !== undefined &&
        (before?.image === top.image || before?.image === "," || (top.image === "{" && beginsEntry(own))));
    rows.push({
      tokens: own,
      before,
      open: outside,
      opens,
      declares,
      begins,
      mark: begins ? onlyMark(own) : undefined,
    });
    i = end;
  }
  return rows;
}

/** The index of the `:` or `=` of the row's entry; undefined where it has none or several, or ends with an open bracket. */
function onlyMark(row: readonly IToken[]): number | undefined {
  const last = row.at(-1);
  if (last !== undefined && last.image in closerOf) return undefined;
  let depth = 0;
  let mark: number | undefined;
  for (const [i, { image, tokenType }] of row.entries()) {
    if (image in closerOf) depth += 1;
    else if (closers.has(image)) depth -= 1;
    else if (depth !== 0) continue;
    else if (["Key", "Binding", "TopBinding"].includes(tokenType.name)) {
      if (mark !== undefined) return undefined;
      mark = i + 1;
    } else if (image === ":" && mark === undefined) mark = i;
  }
  return depth < 0 ? undefined : mark;
}

/** Whether a row begins with an entry, a definition, a head or `return`. */
function beginsEntry(row: readonly IToken[]): boolean {
  const [first] = row;
  if (first === undefined) return false;
  if (["Key", "Binding", "Return", "Head"].includes(first.tokenType.name)) return true;
  if (first.tokenType.name !== "Name" && first.image !== "**") return false;
  // A path: names, dots and indices up to a colon.
  let depth = 0;
  for (const { image, tokenType } of row.slice(1)) {
    if (image === "[") depth += 1;
    else if (image === "]") depth -= 1;
    else if (depth > 0) continue;
    else if (image === ":" || tokenType.name === "Key") return true;
    else if (image !== "." && image !== "**" && tokenType.name !== "Name") return false;
  }
  return false;
}
