import { library } from "../check/library-calls.ts";
import type { Expr, Item } from "../syntax/ast.ts";
import { parseFile } from "../syntax/index.ts";
import { bothKeys, type Change, changeOf } from "./change.ts";

/**
 * What differs between two values that are written out with every default, under the path that an override would take: of calls of one
 * function the arguments by name, of maps and lists their entries, of a weighted term its weight.
 */
export function compareTexts(path: string, before: string, after: string): readonly Change[] {
  const [a, b] = [readValue(before), readValue(after)];
  return a === undefined || b === undefined ? changeOf(path, before, after) : compareExprs(path, a, b);
}

function readValue(text: string): Expr | undefined {
  const { file, diagnostics } = parseFile({ name: "value", text: `value = ${text}` });
  const [binding] = file.declarations;
  return diagnostics.length === 0 && binding?.kind === "binding" ? binding.value : undefined;
}

function compareExprs(path: string, a: Expr, b: Expr): readonly Change[] {
  const whole = changeOf(path, textOf(a), textOf(b));
  if (whole.length === 0) return [];
  const [x, y] = [weighted(a), weighted(b)];
  if (x.of !== a || y.of !== b) {
    const inside = compareExprs(path, x.of, y.of);
    // Of another term, the weight alone says nothing.
    return inside.some((change) => change.path === path) ? whole : [...changeOf(path, x.weight, y.weight), ...inside];
  }
  if (a.kind === "call" && b.kind === "call" && textOf(a.callee) === textOf(b.callee))
    return compareMaps(path, argumentsOf(a), argumentsOf(b), whole);
  if (a.kind === "map" && b.kind === "map") return compareMaps(path, entriesOf(a.entries), entriesOf(b.entries), whole);
  if (a.kind === "list" && b.kind === "list") return compareLists(path, a.items, b.items, whole);
  return whole;
}

type Parts = ReadonlyMap<string, Expr>;

/** Part by part, if there are several. */
function compareMaps(path: string, a: Parts | undefined, b: Parts | undefined, whole: readonly Change[]) {
  if (a === undefined || b === undefined || Math.max(a.size, b.size) < 2) return whole;
  return bothKeys(a.keys(), b.keys()).flatMap((key): readonly Change[] => {
    const [x, y] = [a.get(key), b.get(key)];
    const at = `${path}.${key}`;
    return x === undefined || y === undefined
      ? changeOf(at, x === undefined ? undefined : textOf(x), y === undefined ? undefined : textOf(y))
      : compareExprs(at, x, y);
  });
}

/** By the function that each item calls, if each calls another; where they also stand in another order, as a whole. */
function compareLists(path: string, a: readonly Item[], b: readonly Item[], whole: readonly Change[]) {
  const [x, y] = [byCallee(a), byCallee(b)];
  if (x === undefined || y === undefined) return whole;
  const common = (own: Parts, other: Parts) => [...own.keys()].filter((key) => other.has(key)).join();
  if (common(x, y) !== common(y, x)) return whole;
  return bothKeys(x.keys(), y.keys()).flatMap((key) => {
    const [before, after] = [x.get(key), y.get(key)];
    const text = (each: Expr | undefined) => (each === undefined ? undefined : textOf(each));
    return changeOf(`${path}.${key}`, text(before), text(after));
  });
}

function byCallee(items: readonly Item[]): Parts | undefined {
  const found = new Map<string, Expr>();
  for (const item of items) {
    if (item.kind !== "item" || item.value.kind !== "call") return undefined;
    const name = textOf(item.value.callee);
    if (found.has(name)) return undefined;
    found.set(name, item.value);
  }
  return found;
}

/** `0.5 * ce(expr)`: a number and what it weighs; what has none has the weight 1. */
function weighted(expr: Expr): { readonly weight: string; readonly of: Expr } {
  if (expr.kind === "binary" && expr.operator === "*" && expr.left.kind === "number")
    return { weight: textOf(expr.left), of: expr.right };
  return { weight: "1", of: expr };
}

/** Arguments by the names of the function's parameters; undefined where they are not known. */
function argumentsOf({ callee, args }: Extract<Expr, { kind: "call" }>): Parts | undefined {
  const spec = callee.kind === "name" && Object.hasOwn(library, callee.name) ? library[callee.name] : undefined;
  const names = spec === undefined || spec.variadic === true ? [] : Object.keys(spec.params);
  const found = new Map<string, Expr>();
  for (const [i, { name, value }] of args.entries()) {
    const key = name?.text ?? names[i];
    if (key === undefined) return undefined;
    found.set(key, value);
  }
  return found;
}

function entriesOf(entries: Extract<Expr, { kind: "map" }>["entries"]): Parts {
  return new Map(entries.map(({ path, value }) => [textOf(path), value]));
}

function textOf({ span: { source, start, end } }: Pick<Expr, "span">): string {
  return source.text.slice(start, end);
}
