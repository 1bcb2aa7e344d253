import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue.ts";
import { announced, examplesOf, saidOf } from "./examples.ts";
import { brokenLinks, docPages, pageAt, root } from "./pages.ts";

const reference = pageAt("docs/language.md");

const sorted = (lines: readonly string[]) => [...new Set(lines)].toSorted();

describe.each(["docs/language.md", "docs/from-pytorch.md"])("%s", (path) => {
  test.each(examplesOf(pageAt(path)))("$at says what its comments announce, and nothing else", ({ block }) => {
    expect(sorted(saidOf(block))).toEqual(sorted(announced(block)));
  });
});

/** Numbers of the rules that the reference has, in its order. */
const rules = [...reference.text.matchAll(/^### (\d+)\. /gm)].map(([, number]) => Number(number));

/** Files whose comments can cite rules. */
const sources = ["compiler", "grammar", "runtime", "cli", "test"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|abaw)$/.test(name))
    .map((name) => `${folder}/${name}`),
);

/** `language rule 41`, `language rules 10, 22`, `(language rules 51 to 53, defaults 83)`: every number that is cited, with its file. */
const citations = sources.flatMap((file) => {
  const text = readFileSync(join(root, file), "utf8").replace(/\n\s*(?:\*|\/\/|#)?\s*/g, " ");
  return [...text.matchAll(/[Ll]anguage rules? ((?:[a-z ,]*?\b\d+\b)+)/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/(\d+) to (\d+)|\d+/g)].flatMap(([one, from, to]) =>
      from === undefined || to === undefined
        ? [{ file, rule: Number(one) }]
        : Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => ({ file, rule: Number(from) + i })),
    ),
  );
});

describe("rules", () => {
  test("are numbered from 1 without a gap", () => {
    expect(rules).toEqual(rules.map((_, i) => i + 1));
  });

  test("that are cited exist", () => {
    expect(citations.filter(({ rule }) => !rules.includes(rule))).toEqual([]);
  });

  test("are each cited by a file of the compiler or of its tests", () => {
    const cited = new Set(citations.map(({ rule }) => rule));
    expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
  });
});

test("every code is spoken of by a rule", () => {
  const text = reference.text.replace(/<!-- codes[\s\S]*?end of codes -->/, "");
  expect(Object.keys(catalogue).filter((code) => !text.includes(`diagnostics/${code}.md`))).toEqual([]);
});

test.each(["README.md", ...docPages])("links of %s lead somewhere", (path) => {
  expect(brokenLinks(pageAt(path))).toEqual([]);
});
