import { describeFix } from "../compiler/diagnostics/describe-fix.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { lineEnd, positionOf, type Span } from "../compiler/diagnostics/source.ts";

/** How parts of a message are marked; without colours each gives its text back. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly green: (text: string) => string;
}

/**
 * All mistakes as rustc prints them: `error[code]: message`, `--> file:line:column`, the line of the text with carets, the places
 * that say why, a help. Then a line for each thing that is no mistake, and how many there were. Nothing for no diagnostics.
 */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], palette: Palette): string {
  if (diagnostics.length === 0) return "";
  const parts = diagnostics.filter(isMistake).map((each) => `${renderDiagnostic(each, palette)}\n`);
  const asides = diagnostics.filter((each) => !isMistake(each)).map((each) => renderAside(each, palette));
  if (asides.length > 0) parts.push(asides.join("\n"));
  return `${parts.join("\n")}\n${countLine(diagnostics, palette)}\n`;
}

function isMistake({ severity }: Diagnostic): boolean {
  return severity === "error" || severity === "warning";
}

/** What is no mistake has a line: where and what. */
function renderAside({ severity, code, message, span }: Diagnostic, palette: Palette): string {
  const { line, column } = positionOf(span.source, span.start);
  return `${palette.blue(`${severity}[${code}]`)} ${span.source.name}:${line}:${column}: ${printable(message)}`;
}

/** So many places that say why are shown. */
const mostPlaces = 8;

function renderDiagnostic({ severity, code, message, span, related, help, fix }: Diagnostic, palette: Palette): string {
  const colour = severity === "error" ? palette.red : palette.yellow;
  const title = `${colour(palette.bold(`${severity}[${code}]`))}${palette.bold(`: ${printable(message)}`)}`;
  const shown = related.slice(0, mostPlaces);
  const margin = Math.max(...[span, ...shown.map((note) => note.span)].map((each) => lineNumberOf(each).length));
  const bar = `${" ".repeat(margin)} ${palette.blue("=")} `;
  const advice = [
    ...(related.length > mostPlaces
      ? [`${palette.bold("note")}: and at ${related.length - mostPlaces} more places`]
      : []),
    ...(help === undefined ? [] : [`${palette.bold("help")}: ${printable(help)}`]),
    ...(fix === undefined ? [] : [`${palette.bold("fix")}: ${printable(describeFix(fix))}`]),
  ];
  return [
    title,
    ...excerpt(span, "^", "", margin, colour, palette),
    ...shown.flatMap((note) => excerpt(note.span, "-", note.text, margin, palette.blue, palette)),
    ...advice.map((text) => `${bar}${palette.green(text)}`),
  ].join("\n");
}

/** A place with the line it is on; a range over several lines is marked to the end of its first. */
function excerpt(
  span: Span,
  mark: "^" | "-",
  text: string,
  margin: number,
  colour: (text: string) => string,
  palette: Palette,
): readonly string[] {
  const { line, column } = positionOf(span.source, span.start);
  const lineStart = span.start - (column - 1);
  const end = lineEnd(span.source, span.start);
  const cut = Math.max(0, column - 1 - beforeMark);
  const shown = span.source.text.slice(lineStart + cut, Math.min(end, lineStart + cut + widest));
  const before = displayed(span.source.text.slice(lineStart + cut, span.start));
  const marked = displayed(span.source.text.slice(span.start, Math.min(span.end, end, lineStart + cut + widest)));
  const ellipsis = cut > 0 ? "…" : "";
  const underline = `${" ".repeat(ellipsis.length + [...before].length)}${mark.repeat(Math.max(1, [...marked].length))}`;
  const gutter = (number: string) => palette.blue(`${number.padStart(margin)} |`);
  return [
    `${" ".repeat(margin)}${palette.blue("-->")} ${span.source.name}:${line}:${column}`,
    gutter(""),
    `${gutter(String(line))} ${ellipsis}${displayed(shown)}`.trimEnd(),
    `${gutter("")} ${colour(`${underline}${text === "" ? "" : ` ${printable(text)}`}`)}`,
  ];
}

/** So many characters of a line are shown, and so many before the mark. */
const widest = 160;
const beforeMark = 100;

function lineNumberOf({ source, start }: Span): string {
  return String(positionOf(source, start).line);
}

/** A tab is as wide as four spaces. */
function displayed(text: string): string {
  return printable(text.replaceAll("\t", "    "));
}

/** A spec may come from anywhere: its control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => (character === "\n" ? "\n" : "\u{fffd}"));
}

function countLine(diagnostics: readonly Diagnostic[], palette: Palette): string {
  const count = (severity: Diagnostic["severity"]) => diagnostics.filter((each) => each.severity === severity).length;
  const part = (
    severity: Diagnostic["severity"],
    words: readonly [string, string],
    colour: (text: string) => string,
  ) => {
    const number = count(severity);
    return number === 0 ? [] : [colour(palette.bold(`${number} ${words[number === 1 ? 0 : 1]}`))];
  };
  return [
    ...part("error", ["error", "errors"], palette.red),
    ...part("warning", ["warning", "warnings"], palette.yellow),
    ...part("later", ["thing for a later version", "things for a later version"], palette.blue),
    ...part("note", ["note", "notes"], palette.blue),
  ].join(", ");
}
