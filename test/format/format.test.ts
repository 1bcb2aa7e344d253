import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { formatSource } from "../../compiler/format/index.ts";
import { parseFile } from "../../compiler/syntax/index.ts";
import { randomSpec } from "./random-spec.ts";
import { commentsOf, treeOf } from "./same-tree.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const formatted = (text: string) => formatSource({ name: "test.abaw", text }).text;

/** Every spec of the tree, by its path. */
const specs = ["specs", "examples", "bench", "test"]
  .flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  )
  .filter((path) => path.endsWith(".abaw"))
  .toSorted();
const readable = specs.filter((path) => {
  const text = readFileSync(`${root}${path}`, "utf8");
  return parseFile({ name: path, text }).diagnostics.length === 0;
});

function expectFaithful(text: string): void {
  const once = formatted(text);
  expect(formatted(once), once).toBe(once);
  expect(treeOf(once)).toBe(treeOf(text));
  expect(commentsOf(once)).toEqual(commentsOf(text));
}

describe("formatting keeps the meaning and every comment, and does nothing twice", () => {
  test("for every spec of the tree", () => {
    expect(readable.length).toBeGreaterThan(100);
    for (const path of readable) expectFaithful(readFileSync(`${root}${path}`, "utf8"));
  });

  test("for 1,000 generated ones", () => {
    let read = 0;
    for (let seed = 1; seed <= 1000; seed += 1) {
      const text = randomSpec(seed);
      if (parseFile({ name: "test.abaw", text }).diagnostics.length > 0)
        throw new Error(`seed ${seed} is no spec:\n${text}`);
      expectFaithful(text);
      read += 1;
    }
    expect(read).toBe(1000);
  });
});

test("the specs that come with abaw are in its style", () => {
  for (const path of readable.filter((each) => /^(specs|examples|bench)\//.test(each))) {
    const text = readFileSync(`${root}${path}`, "utf8");
    expect(formatted(text), path).toBe(text);
  }
});

test("a text with mistakes stays as it is", () => {
  const text = "a  =  = 1\n";
  const { text: same, diagnostics } = formatSource({ name: "test.abaw", text });
  expect([same, diagnostics.map(({ code }) => code)]).toEqual([text, ["unexpected-text"]]);
});

describe("the style", () => {
  test.each([
    ["spaces", "x=f( a,b :2 )*-3 ^2", "x = f(a, b: 2) * -3 ^ 2\n"],
    ["ranges and units", "a=x[ 1..] \nb =30   epochs", "a = x[1 ..]\nb = 30 epochs\n"],
    ["names of bindings that follow each other", "dim = 3\ndepth=12", "dim   = 3\ndepth = 12\n"],
    [
      "keys of a block, but for lines with several",
      "stage s = train m() on d {\nloss: {au: bce(au)}\n    optimizer:adamw(1e-4)\n batch: 8,duration: 3 epochs\n}",
      "stage s = train m() on d {\n  loss:      {au: bce(au)}\n  optimizer: adamw(1e-4)\n  batch: 8, duration: 3 epochs\n}\n",
    ],
    [
      "a value on several lines",
      "assemble a on d {\n  au: s.au\n -> box(3 rows)\n}",
      "assemble a on d {\n  au: s.au\n      -> box(3 rows)\n}\n",
    ],
    [
      "a head on several lines",
      "module m(a: int)\n      (x: [.., d]) -> [.., d] {\nreturn x\n  }",
      "module m(a: int)\n  (x: [.., d]) -> [.., d] {\n  return x\n}\n",
    ],
    ["blank lines", "\n\na = 1\n\n\n\nb = 2\n\n", "a = 1\n\nb = 2\n"],
    ["comments", "a = 1# why\n    # below\nb = 2", "a = 1  # why\n# below\nb = 2\n"],
  ])("of %s", (_, given, wanted) => {
    expect(formatted(given)).toBe(wanted);
  });
});
