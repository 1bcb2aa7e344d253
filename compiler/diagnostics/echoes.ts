import type { Code } from "./catalogue.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { lineEnd, lineOf, type Source, type Span, textIn } from "./source.ts";

/** What a value that stands in the wrong map is told. */
const ofPlaces: ReadonlySet<Code> = new Set<Code>([
  "unknown-key",
  "duplicate-key",
  "missing-key",
  "wrong-type",
  "task-not-in-data",
  "pattern-matches-nothing",
]);

/** Lines of a source on which its text alone is wrong, the words of those that could not be read, and blocks that are never closed. */
interface Broken {
  readonly lines: ReadonlySet<number>;
  readonly words: ReadonlySet<string>;
  readonly blocks: readonly Span[];
}

/**
 * Without what only repeats a mistake of the text (language rule 88): of a line that could not be read whole, what was read means
 * little; of a block that is not closed, what follows can have been read as part of another. `ends` is where the declaration around
 * a place ends.
 */
export function withoutEchoes(
  diagnostics: readonly Diagnostic[],
  texts: readonly Diagnostic[],
  ends: (place: Span) => number,
): readonly Diagnostic[] {
  if (texts.length === 0) return diagnostics;
  const placeOf = ({ code, span }: Diagnostic) => `${span.source.name} ${span.start} ${code}`;
  const ofText = new Set(texts.map(placeOf));
  const broken = new Map<Source, Broken>();
  for (const source of new Set(texts.map(({ span }) => span.source)))
    broken.set(source, brokenIn(texts.filter(({ span }) => span.source === source)));
  return diagnostics.filter((each) => ofText.has(placeOf(each)) || !isEcho(each, broken.get(each.span.source), ends));
}

function brokenIn(texts: readonly Diagnostic[]): Broken {
  const blocks = texts.filter(({ code, span }) => code === "unclosed-bracket" && span.source.text[span.start] === "{");
  const others = texts.filter((each) => !blocks.includes(each));
  return {
    lines: new Set(others.map(({ span }) => lineOf(span.source, span.start))),
    words: new Set(others.flatMap(({ code, span }) => (code === "unexpected-text" ? wordsOfLine(span) : []))),
    blocks: blocks.map(({ span }) => span),
  };
}

function wordsOfLine({ source, start }: Span): readonly string[] {
  const from = source.text.lastIndexOf("\n", start - 1) + 1;
  return source.text.slice(from, lineEnd(source, start)).match(/[A-Za-z_]\w*/g) ?? [];
}

function isEcho({ code, span }: Diagnostic, broken: Broken | undefined, ends: (place: Span) => number): boolean {
  if (broken === undefined) return false;
  const [first, last] = [lineOf(span.source, span.start), lineOf(span.source, span.end)];
  for (const line of broken.lines) if (line >= first && line <= last) return true;
  // A line that could not be read may declare the name.
  if (code === "unknown-name" && broken.words.has(textIn(span))) return true;
  return ofPlaces.has(code) && broken.blocks.some((block) => span.end > block.start && span.start < ends(block));
}
