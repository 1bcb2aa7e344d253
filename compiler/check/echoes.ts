import type { Code } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { lineEnd, lineOf, type Source, type Span, textIn } from "../diagnostics/source.ts";
import type { FileNode } from "../syntax/ast.ts";
import type { FileScope } from "./files.ts";
import { TornFile } from "./torn-file.ts";

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
  /** Each up to the declaration behind it. */
  readonly blocks: readonly { readonly start: number; readonly end: number }[];
  readonly torn: TornFile;
}

/**
 * Without what only repeats a mistake of the text (language rule 88): of a line that could not be read whole, what was read means
 * little; of a block that is not closed, what follows can have been read as part of another; of a declaration whose head could not be
 * read, nothing is known.
 */
export function withoutEchoes(diagnostics: readonly Diagnostic[], files: Iterable<FileScope>): readonly Diagnostic[] {
  const broken = new Map<Source, Broken>();
  const ofText = new Set<string>();
  const placeOf = ({ code, span }: Diagnostic) => `${span.source.name} ${span.start} ${code}`;
  for (const { node, textMistakes } of files) {
    if (textMistakes.length === 0) continue;
    for (const each of textMistakes) ofText.add(placeOf(each));
    broken.set(node.source, brokenIn(node, textMistakes));
  }
  if (broken.size === 0) return diagnostics;
  const isEchoOf = (each: Diagnostic) => {
    const places = [each.span, ...each.related.map(({ span }) => span)];
    return (
      isEcho(each, broken.get(each.span.source)) ||
      places.some((span) => broken.get(span.source)?.torn.explains(each.code, span) === true)
    );
  };
  return diagnostics.filter((each) => ofText.has(placeOf(each)) || !isEchoOf(each));
}

function brokenIn({ source, declarations }: FileNode, texts: readonly Diagnostic[]): Broken {
  const blocks = texts.filter(({ code, span }) => code === "unclosed-bracket" && span.source.text[span.start] === "{");
  const others = texts.filter((each) => !blocks.includes(each));
  return {
    lines: new Set(others.map(({ span }) => lineOf(span.source, span.start))),
    words: new Set(others.flatMap(({ code, span }) => (code === "unexpected-text" ? wordsOfLine(span) : []))),
    blocks: blocks.map(({ span }) => ({
      start: span.start,
      end: declarations.find((each) => each.span.start > span.start)?.span.start ?? source.text.length + 1,
    })),
    torn: new TornFile(
      source,
      declarations,
      texts.flatMap((each) => (isHarmless(each) ? [] : [each.span.start])),
    ),
  };
}

/** A character without a meaning at the end of a line parts nothing. */
function isHarmless({ code, span: { source, end } }: Diagnostic): boolean {
  return code === "unknown-character" && /^\s*(#|\r|\n|$)/.test(source.text.slice(end, lineEnd(source, end) + 1));
}

function wordsOfLine({ source, start }: Span): readonly string[] {
  const from = source.text.lastIndexOf("\n", start - 1) + 1;
  return source.text.slice(from, lineEnd(source, start)).match(/[A-Za-z_]\w*/g) ?? [];
}

function isEcho({ code, span }: Diagnostic, broken: Broken | undefined): boolean {
  if (broken === undefined) return false;
  const [first, last] = [lineOf(span.source, span.start), lineOf(span.source, span.end)];
  for (const line of broken.lines) if (line >= first && line <= last) return true;
  // A line that could not be read may declare the name.
  if (code === "unknown-name" && broken.words.has(textIn(span))) return true;
  return ofPlaces.has(code) && broken.blocks.some(({ start, end }) => span.end > start && span.start < end);
}
