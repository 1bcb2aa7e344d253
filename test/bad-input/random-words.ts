/** Pieces of text to make bad input of: the language's own words, wild numbers and names, and characters that nobody means. */
import { stageKeys, sweepKeys } from "../../compiler/check/keys.ts";
import { functionNames } from "../../compiler/edit/names/vocabulary.ts";
import { declarationWords, placeWords, reserved, units, vocabulary } from "../../grammar/tokens.ts";

export type Random = () => number;

/** A whole number from 0, below `n`. */
export const below = (random: Random, n: number): number => Math.floor(random() * n);

export function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[below(random, list.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

export const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

const unquoted = (label: string) => label.replaceAll("`", "");
const labelsOf = (types: Readonly<Record<string, { readonly LABEL?: string }>>) =>
  Object.values(types).map(({ LABEL = "" }) => unquoted(LABEL));

export const marks: readonly string[] = vocabulary
  .map(({ LABEL = "" }) => unquoted(LABEL))
  .filter((label) => /^[^\w\s]+$/.test(label));

export const keywords: readonly string[] = [reserved, declarationWords, placeWords].flatMap(labelsOf);

/** Names that mean something to JavaScript, and names that are too long. */
export const names: readonly string[] = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "valueOf", "then", "length", "name"],
  ...["x", "m", "au", "expr", "image", "time", "batch", "seed", "face", "system", "s", "t", "_", "d", "h"],
  ...functionNames,
  ...Object.keys(stageKeys),
  ...Object.keys(sweepKeys),
  "n".repeat(3000),
];

export const numbers: readonly string[] = [
  ...["0", "-1", "1", "2", "3", "0.5", "-0.5", "1e-5", "7", "64", "224", "10000", "10001", "1000000", "4294967296"],
  ...["9007199254740993", "1e308", "1e309", "1e-400", "99999999999999999999999999", "0.1e-320", "00", "1e", ".5", "5."],
  `${"9".repeat(400)}`,
  ...[...units, "fraems", "x"].map((unit) => `3 ${unit}`),
];

export const texts: readonly string[] = [
  '""',
  '"std/aff2.abaw"',
  '"std/nn.abaw"',
  '"none.abaw"',
  '"../x"',
  '"\\"',
  '"\\u0000"',
  '"AU1"',
  '"**"',
  `"${"y".repeat(2000)}"`,
];

/** NUL, marks of order and of direction, halves of characters, line ends of other systems, letters that look like others. */
export const oddCharacters: readonly string[] = [
  ...["\0", "\ufeff", "\ud800", "\udfff", "\ud83d\ude00", "\u202e", "\u2066", "\u200b", "\u00a0", "\u2028", "\u0085"],
  ...["\r", "\r\n", "\t", "\f", "\v", "\u001b[31m", "\u0430", "\uff1a", "\u2192", "\u2212", "\u00e9", "e\u0301"],
  ...["\\", "`", "'", "$", "%", "&", "~", "@", "!", ";", "//", "/*", "$x", "{x}"],
];

/** One word of the language, right or wild. */
export function word(random: Random): string {
  return pick(random, pick(random, [marks, marks, keywords, names, numbers, texts]));
}

/** An expression of the language with everything where it may stand and nothing that fits. */
export function expression(random: Random, depth = 3): string {
  const inner = () => expression(random, depth - 1);
  if (depth === 0) return pick(random, pick(random, [names, numbers, texts, ["true", "none", "[]", "{}"]]));
  const list = () => times(below(random, 4), inner).join(", ");
  switch (below(random, 14)) {
    case 0:
      return `(${inner()} ${pick(random, ["+", "-", "*", "/", "^", "==", "<", "and", "or", "in", ".."])} ${inner()})`;
    case 1:
      return `[${list()}]`;
    case 2:
      return `{${pick(random, names)}: ${inner()}, ${pick(random, names)}: ${inner()}}`;
    case 3:
    case 4:
    case 5:
      return `${pick(random, functionNames)}(${list()})`;
    case 6:
      return `${pick(random, functionNames)}(${pick(random, names)}: ${inner()})`;
    case 7:
      return `(${inner()} -> ${pick(random, functionNames)}(${list()}))`;
    case 8:
      return `(if ${inner()} then ${inner()} else ${inner()})`;
    case 9:
      return `match ${pick(random, names)} {${pick(random, names)}: ${inner()}, 3: ${inner()}}`;
    case 10:
      return `[${inner()} for i in range(${pick(random, numbers)}) if ${inner()}]`;
    case 11:
      return `${pick(random, names)}.${pick(random, names)}`;
    case 12:
      return `${pick(random, names)}[${inner()}]`;
    default:
      return `(${inner()} with {${pick(random, names)}: ${inner()}})`;
  }
}
