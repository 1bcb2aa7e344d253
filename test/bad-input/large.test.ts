import { describe, expect, test } from "vitest";
import { analyse } from "../../compiler/compile.ts";
import { limits } from "../../compiler/syntax/index.ts";
import { readStandard } from "../plan-of.ts";
import { faultsOf } from "./answer.ts";

const most: number = limits.characters;
const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");
const filled = (piece: string, length = most) => piece.repeat(Math.floor(length / piece.length));

/** Each kind of large text, and the codes of what is said about it, each once. */
const texts: Readonly<Record<string, readonly [make: () => string, codes: readonly string[]]>> = {
  "one line of letters": [() => "a".repeat(most), ["unexpected-text"]],
  "one number": [() => `a = ${"9".repeat(most - 4)}`, ["out-of-range"]],
  "a number that goes on as a unit": [() => `a = ${filled("1e", most - 4)}`, ["unknown-name"]],
  "line feeds": [() => "\n".repeat(most), []],
  "carriage returns": [() => "\r".repeat(most), []],
  spaces: [() => " ".repeat(most), []],
  "NUL bytes": [() => "\0".repeat(most), ["unknown-character"]],
  "halves of characters": [() => "\ud800".repeat(most), ["unknown-character"]],
  "characters of every kind": [
    () => Array.from({ length: most }, (_, i) => String.fromCharCode((i * 7919) % 65_536)).join(""),
    ["unknown-character", "too-many-mistakes"],
  ],
  "a comment": [() => `#${"c".repeat(most - 1)}`, []],
  "half a million comments": [() => filled("#\n"), []],
  "comments that allow nothing": [() => filled("# allow(never-used): x\n"), ["too-many-remarks", "allows-nothing"]],
  "a string": [() => `a = "${"s".repeat(most - 6)}"`, []],
  "a string that is never closed": [() => `a = "${"s".repeat(most - 5)}`, ["unclosed-string"]],
  "backslashes in a string": [() => `a = "${"\\".repeat(most - 5)}`, ["unclosed-string"]],
  quotes: [() => '"'.repeat(most), ["file-too-large"]],
  "a list": [() => `a = [${"1,".repeat(40_000)}1]`, []],
  "a map": [() => `a = {${lines(30_000, (i) => `k${i}: ${i}`)}}`, []],
  "a map with one key": [() => `a = {${lines(30_000, () => "k: 1")}}`, ["too-many-mistakes", "duplicate-key"]],
  "the arguments of one call": [() => `a = max(${lines(30_000, (i) => `${i},`)} 1)`, []],
  "arguments that are not there": [() => `a = adamw(${lines(20_000, (i) => `p${i}: 1,`)} z: 1)`, ["unknown-argument"]],
  "the arms of one match": [() => `x = 1\na = match x {${lines(30_000, (i) => `${i}: 1`)}}`, []],
  "arms that are one": [
    () => `x = 1\na = match x {${lines(30_000, () => "1: 1")}}`,
    ["too-many-mistakes", "duplicate-key"],
  ],
  "the classes of one task": [() => `task t = classes(${lines(60_000, (i) => `c${i},`)} d)`, []],
  "classes that are one": [() => `task t = classes(${lines(60_000, () => "c,")} d)`, ["duplicate-name"]],
  "the parameters of one stage": [
    () => `stage s(${lines(30_000, (i) => `p${i}: int,`)} z: int) = train m() on d {}`,
    ["too-many-remarks", "never-used"],
  ],
  "parameters that are one": [
    () => `stage s(${lines(30_000, () => "p: int,")} z: int) = train m() on d {}`,
    ["too-many-mistakes", "duplicate-name"],
  ],
  "sixty thousand names": [() => lines(60_000, (i) => `a${i} = ${i}`), []],
  "one name thirty thousand times": [() => lines(30_000, () => "a = 1"), ["too-many-mistakes", "duplicate-name"]],
  "names that nothing has": [() => lines(15_000, (i) => `a${i} = b${i}`), ["too-many-mistakes", "unknown-name"]],
  tasks: [() => lines(8000, (i) => `task t${i} = scalar(0 .. 1)`), []],
  "stages of nothing": [
    () => lines(3000, (i) => `stage s${i} = train m() on d { batch: 3 }`),
    ["too-many-mistakes", "missing-key", "unknown-name"],
  ],
  profiles: [() => lines(10_000, (i) => `profile p${i} { a.b: 1 }`), ["too-many-mistakes", "override-target"]],
  "one file used again and again": [() => lines(30_000, () => 'use "std/aff2.abaw"'), []],
  "files that are not there": [
    () => lines(25_000, (i) => `use "f${i}.abaw"`),
    ["too-many-mistakes", "cannot-read-file"],
  ],
  "declaration words": [() => filled("stage\n", 300_000), ["too-many-mistakes", "unexpected-text"]],
  "brackets that are never closed": [() => filled("model m(\n", 400_000), ["too-many-mistakes", "unclosed-bracket"]],
  "closing brackets": [() => filled(")]}", 180_000), ["unexpected-text"]],
  "keys of nothing": [() => filled("a: ", 250_000), ["unexpected-text"]],
  "mistakes on every line": [() => filled("x = =\n", 300_000), ["too-many-mistakes", "unexpected-text"]],
  "more words than a file may have": [() => filled("a = 1\n", 900_000), ["file-too-large"]],
};

describe("a text as large as one may be, or with very many of something, gets an answer", () => {
  test.each(Object.keys(texts))("%s", (name) => {
    const [make, codes] = texts[name] ?? [];
    const source = { name: "test.abaw", text: make?.() ?? "" };
    const analysis = analyse(source, { read: readStandard });
    const said = new Set(analysis.diagnostics.map(({ code }) => code as string));
    expect([...said].toSorted()).toEqual(codes?.toSorted());
    expect(faultsOf(analysis, source)).toEqual([]);
  });
});
