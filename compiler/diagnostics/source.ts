/** One source file: its name as the user gave it, and its text. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** A range of a source: offsets in UTF-16 units, `end` not included. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/**
 * Where a declaration stands in its file as it is now. Trees are never changed, but for this: when text above a declaration is edited,
 * its anchor moves, and every place in it with the anchor.
 */
export class Anchor {
  source: Source;
  start: number;
  /** Whether the declaration is no longer in its file. */
  gone = false;

  constructor(source: Source, start: number) {
    this.source = source;
    this.start = start;
  }
}

/** A range that moves with an anchor. */
export class AnchoredSpan implements Span {
  readonly anchor: Anchor;
  readonly #from: number;
  readonly #to: number;

  constructor(anchor: Anchor, start: number, end: number) {
    this.anchor = anchor;
    this.#from = start - anchor.start;
    this.#to = end - anchor.start;
  }

  get source(): Source {
    return this.anchor.source;
  }

  get start(): number {
    return this.anchor.start + this.#from;
  }

  get end(): number {
    return this.anchor.start + this.#to;
  }
}

/** A place of no width that moves with a range near it. */
export function pointBy(near: Span, offset: number): Span {
  return near instanceof AnchoredSpan
    ? new AnchoredSpan(near.anchor, offset, offset)
    : { source: near.source, start: offset, end: offset };
}

/** The text of a range. */
export function textIn({ source, start, end }: Span): string {
  return source.text.slice(start, end);
}

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

const lineEnds = /\r\n?|\n/g;
const byteOrderMark = "\ufeff";
const startsOf = new WeakMap<Source, readonly number[]>();

/** Where each line begins: behind a line feed, a carriage return, or both; the first behind a byte order mark. */
function lineStarts(source: Source): readonly number[] {
  const known = startsOf.get(source);
  if (known !== undefined) return known;
  const starts = [source.text.startsWith(byteOrderMark) ? 1 : 0];
  for (const { 0: end, index } of source.text.matchAll(lineEnds)) starts.push(index + end.length);
  startsOf.set(source, starts);
  return starts;
}

/** The line that an offset is on, from 1. */
export function lineOf(source: Source, offset: number): number {
  const starts = lineStarts(source);
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

export function positionOf(source: Source, offset: number): Position {
  const line = lineOf(source, offset);
  return { line, column: Math.max(0, offset - lineStart(source, line)) + 1 };
}

/** The offset at which a line begins. */
export function lineStart(source: Source, line: number): number {
  return lineStarts(source)[line - 1] ?? source.text.length;
}

/** The offset behind the text of the line that an offset is on, and before what ends it. */
export function lineEnd({ text }: Source, offset: number): number {
  const length = text.slice(offset).search(/[\r\n]/);
  return length < 0 ? text.length : offset + length;
}

/** The smallest span over two of one source. */
export function join(a: Span, b: Span): Span {
  const start = Math.min(a.start, b.start);
  const end = Math.max(a.end, b.end);
  return a instanceof AnchoredSpan ? new AnchoredSpan(a.anchor, start, end) : { source: a.source, start, end };
}
