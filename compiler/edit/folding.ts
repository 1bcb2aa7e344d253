import { lineOf } from "../diagnostics/source.ts";
import type { Edited, Token } from "./edited.ts";

/** Lines, from 1, that can be folded away behind the first. */
export interface Fold {
  readonly from: number;
  readonly to: number;
  readonly kind: "code" | "comment" | "imports" | "section";
}

/** Brackets over several lines, comments, the lines of `use`, and sections: from `# ---- words ---` to the next. */
export function foldsOf(edited: Edited): readonly Fold[] {
  return [...brackets(edited), ...comments(edited), ...uses(edited), ...sections(edited)].toSorted(
    (a, b) => a.from - b.from || b.to - a.to,
  );
}

function brackets({ tokens }: Edited): readonly Fold[] {
  const open: Token[] = [];
  const folds = new Map<number, Fold>();
  for (const token of tokens) {
    if (token.text === "(" || token.text === "[" || token.text === "{") open.push(token);
    else if (token.text === ")" || token.text === "]" || token.text === "}") {
      const opener = open.pop();
      // The line with the closing bracket stays in sight.
      if (opener !== undefined && token.line - 1 > opener.line && !folds.has(opener.line))
        folds.set(opener.line, { from: opener.line, to: token.line - 1, kind: "code" });
    }
  }
  return [...folds.values()];
}

/** Comments that stand alone, on lines one after another. */
function comments({ comments: all, source }: Edited): readonly Fold[] {
  const lines = all.filter(({ start }) => standsAlone(source.text, start)).map(({ line }) => line);
  return runs(lines).map(([from, to]) => ({ from, to, kind: "comment" }));
}

function standsAlone(text: string, start: number): boolean {
  return text.slice(text.lastIndexOf("\n", start - 1) + 1, start).trim() === "";
}

function uses({ program: { main }, source }: Edited): readonly Fold[] {
  const lines = main.node.declarations.flatMap(({ kind, span }) =>
    kind === "use" ? [lineOf(source, span.start)] : [],
  );
  return runs(lines).map(([from, to]) => ({ from, to, kind: "imports" }));
}

/** First and last of numbers that follow each other, where there are several. */
function runs(numbers: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const found: [number, number][] = [];
  for (const each of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] + 1 === each) last[1] = each;
    else found.push([each, each]);
  }
  return found.filter(([from, to]) => to > from);
}

const heading = /^#+ ?[-=]{3,} ?\S/;

function sections({ comments: all, source }: Edited): readonly Fold[] {
  const starts = all.filter(({ text, column }) => column === 1 && heading.test(text)).map(({ line }) => line);
  const last = lineOf(source, source.text.trimEnd().length);
  return starts.flatMap((from, i) => {
    const to = (starts[i + 1] ?? last + 1) - 1;
    return to > from ? [{ from, to, kind: "section" as const }] : [];
  });
}
