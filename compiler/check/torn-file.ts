import type { Code } from "../diagnostics/catalogue.ts";
import { type Source, type Span, textIn } from "../diagnostics/source.ts";
import type { Declaration } from "../syntax/ast.ts";
import { mentionedBy } from "./mentioned-names.ts";

/** What can be said of a declaration although one that it names could not be read. */
const byItself: ReadonlySet<Code> = new Set<Code>([
  "unknown-name",
  "unknown-key",
  "duplicate-name",
  "duplicate-key",
  "duplicate-argument",
  "hidden-name",
  "name-clash",
  "not-called",
  "cannot-read-file",
  "allows-no-warning",
  "allowed-without-reason",
]);

/** A part of a file in which something could not be read: a declaration with what is behind it, or what is between two of them. */
interface TornPart {
  readonly from: number;
  readonly to: number;
  readonly declaration: Declaration | undefined;
  /** The first mistake in it. */
  readonly place: number;
}

/** What of a file is not known because some of its text could not be read. */
export class TornFile {
  readonly #declarations: readonly Declaration[];
  /** Of these nothing can be said. */
  readonly #parts: readonly TornPart[];
  /** In these one thing is made of another. */
  readonly #bodies: readonly TornPart[];
  /** Every word of what could not be read. */
  readonly #words: ReadonlySet<string>;
  /** Whether any name could be lost: those of a used file, or of a declaration whose own name could not be read. */
  readonly #lostAny: boolean;
  /** Declarations that name, however far, one that could not be read. */
  readonly #reached: ReadonlySet<Declaration>;

  constructor(source: Source, declarations: readonly Declaration[], places: readonly number[]) {
    this.#declarations = declarations;
    const torn = partsAt(source, declarations, places);
    const ofKind = (kind: ReturnType<typeof kindOf>) => torn.filter((part) => kindOf(part) === kind);
    this.#parts = ofKind("head");
    this.#bodies = ofKind("flow");
    const textsOf = (parts: readonly TornPart[]) => parts.map(({ from, to }) => source.text.slice(from, to));
    const texts = textsOf(this.#parts);
    this.#words = new Set([...texts, ...textsOf(ofKind("value"))].flatMap(wordsIn));
    const heads = texts.map((text) => /^[^=({[]*/.exec(text)?.[0] ?? "");
    this.#lostAny = this.#parts.some(({ declaration }, i) =>
      declaration === undefined
        ? wordsIn(heads[i] ?? "").length < 2 || /^(\w+\s*)?["']/.test(texts[i] ?? "")
        : declaration.kind === "use" || nameOf(declaration) === "",
    );
    const lost = this.#parts.flatMap(({ declaration }, i) => nameOf(declaration) ?? wordsIn(heads[i] ?? ""));
    this.#reached = reachedFrom(lost, declarations);
  }

  /** Whether what is said, with a place here, only follows. */
  explains(code: Code, span: Span): boolean {
    if (this.#parts.some(({ from, to }) => span.start >= from && span.start < to)) return true;
    if (code === "never-used") return this.#lostAny || this.#words.has(textIn(span));
    if (code === "unknown-name" && (this.#lostAny || this.#words.has(textIn(span)))) return true;
    if (byItself.has(code)) return false;
    if (this.#bodies.some(({ from, to }) => span.start >= from && span.start < to)) return true;
    const declaration = this.#declarations[indexAt(this.#declarations, span.start)];
    return declaration !== undefined && this.#reached.has(declaration);
  }
}

/** The parts at these places, in order, each as far as the next. */
function partsAt(source: Source, declarations: readonly Declaration[], places: readonly number[]): readonly TornPart[] {
  const parts: TornPart[] = [];
  for (const place of places.toSorted((a, b) => a - b)) {
    const part = partAt(source, declarations, place);
    const before = parts.at(-1);
    if (before !== undefined && before.from >= part.from) continue;
    if (before !== undefined && before.to > part.from) parts[parts.length - 1] = { ...before, to: part.from };
    parts.push(part);
  }
  return parts;
}

/** Whether the head of a declaration is torn, or all that was to be one; else what its value is, or what flows in its body. */
function kindOf({ declaration, place }: TornPart): "head" | "value" | "flow" | "block" {
  // Of what such a name stands for, nothing is known to others: that is told nowhere.
  if (declaration?.kind === "binding" && declaration.name.text !== "") return "value";
  if (declaration === undefined || isInHead(declaration, place)) return "head";
  return flows.has(declaration.kind) ? "flow" : "block";
}

/** Declarations whose statements make one thing of another. */
const flows: ReadonlySet<Declaration["kind"]> = new Set<Declaration["kind"]>(["module", "loss", "model"]);

/** Whether a place is before a declaration's braces, or it has none. */
function isInHead(declaration: Declaration, place: number): boolean {
  if (!("body" in declaration) || declaration.body === undefined) return true;
  const { source, start } = declaration.body.span;
  return place < start || source.text[start] !== "{";
}

function partAt(source: Source, declarations: readonly Declaration[], place: number): TornPart {
  const at = indexAt(declarations, place);
  const declaration = declarations[at];
  const to = declarations[at + 1]?.span.start ?? source.text.length + 1;
  if (declaration === undefined) return { from: place, to, declaration, place };
  // What begins in the first column behind a declaration is something else.
  const apart = declaration.span.end <= place && (place === 0 || /[\r\n]/.test(source.text[place - 1] ?? ""));
  return apart
    ? { from: place, to, declaration: undefined, place }
    : { from: declaration.span.start, to, declaration, place };
}

/** The last declaration that begins at a place or before. */
function indexAt(declarations: readonly Declaration[], place: number): number {
  let [low, high] = [0, declarations.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((declarations[middle]?.span.start ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function wordsIn(text: string): readonly string[] {
  return text.match(/[A-Za-z_]\w*/g) ?? [];
}

function nameOf(declaration: Declaration | undefined): string | undefined {
  return declaration !== undefined && "name" in declaration ? declaration.name.text : undefined;
}

/** Every declaration that mentions one of the names, or the name of one that does. */
function reachedFrom(names: readonly string[], declarations: readonly Declaration[]): ReadonlySet<Declaration> {
  const mentioning = new Map<string, Declaration[]>();
  for (const declaration of declarations)
    for (const name of mentionedBy(declaration)) {
      const known = mentioning.get(name);
      if (known === undefined) mentioning.set(name, [declaration]);
      else known.push(declaration);
    }
  const reached = new Set<Declaration>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop())
    for (const declaration of mentioning.get(name) ?? []) {
      if (reached.has(declaration)) continue;
      reached.add(declaration);
      const own = nameOf(declaration);
      if (own !== undefined) open.push(own);
    }
  return reached;
}
