import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Lexer } from "chevrotain";
import { describe, expect, test } from "vitest";
import { quickly } from "../../grammar/quick-lexer.ts";
import { lexerTokens } from "../../grammar/tokens.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folders = ["specs", "specs/std", "examples", "bench/specs", "test/mistakes/one", "test/mistakes/several"];
const lexer = new Lexer(lexerTokens, { positionTracking: "full" });

describe("the quick lexer", () => {
  test.each(folders)("finds the words of %s, and none of a text that the lexer has something to say of", (folder) => {
    const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".abaw"));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) same(readFileSync(join(root, folder, name), "utf8"), name);
  });

  test.each([
    "",
    "\r\n\n\r  x\t= 1\r\r\ny = 2",
    "# only this",
    'a = "one \\" two" # and \u2028 this\n"unclosed \\',
    '"unclosed\nb = 1..2.5e-3 ** c[..] -> d <= == != >= < > | ?',
    "a.b.c 1.e 1.5.2 ...",
    "x = \ud83d\ude00",
    "x = @y",
    "1 epochs 2e 3E+4",
  ])("reads %j as the lexer does", (text) => same(text, text));
});

function same(text: string, name: string): void {
  const { tokens, groups, errors } = lexer.tokenize(text);
  const expected = errors.length > 0 ? undefined : { tokens, comments: groups["comments"] };
  expect(quickly(text), name).toEqual(expected);
}
