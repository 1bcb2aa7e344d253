import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from "vscode-textmate";
import { tokensOf } from "../../compiler/edit/edited.ts";
import { libraryNames, specNames } from "../spec-names.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(import.meta.url);
let grammar: IGrammar | null = null;

beforeAll(async () => {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const path = `${root}editors/vscode/syntaxes/abaw.tmLanguage.json`;
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: async () => parseRawGrammar(readFileSync(path, "utf8"), path),
  });
  grammar = await registry.loadGrammar("source.abaw");
});

/** The innermost scope of each character, line by line. */
function scopesOf(text: string): readonly (readonly string[])[] {
  let stack = INITIAL;
  return text.split("\n").map((line) => {
    const result = grammar?.tokenizeLine(line, stack);
    stack = result?.ruleStack ?? stack;
    const scopes: string[] = [];
    for (const { startIndex, endIndex, scopes: all } of result?.tokens ?? [])
      for (let i = startIndex; i < endIndex; i += 1) scopes[i] = all.at(-1) ?? "";
    return scopes;
  });
}

/** What a token of the language must be coloured as. */
const expected: Readonly<Record<string, RegExp>> = {
  String: /^string\./,
  Number: /^constant\.numeric/,
  Unit: /^keyword\.other\.unit/,
  Key: /^variable\.other\.property/,
  Arrow: /^keyword\.operator/,
  For: /^keyword\.control/,
  If: /^keyword\.control/,
  Then: /^keyword\.control/,
  Match: /^keyword\.control/,
  With: /^keyword\.control/,
  On: /^keyword\.control/,
  Return: /^keyword\.control/,
  Head: /^keyword\.control/,
  Train: /^keyword\.control/,
  In: /^keyword\.operator\.word/,
  And: /^keyword\.operator\.word/,
  True: /^constant\.language/,
  None: /^constant\.language/,
  Use: /^keyword\.control\.import/,
  Stage: /^storage\.type/,
  Model: /^storage\.type/,
  Module: /^storage\.type/,
  Data: /^storage\.type/,
  Profile: /^storage\.type/,
};

describe("the generated TextMate grammar", () => {
  test.each([...specNames, ...libraryNames])("colours every token of %s as the lexer reads it", (name) => {
    const text = readFileSync(`${root}specs/${name}`, "utf8");
    const scopes = scopesOf(text);
    const { tokens, comments } = tokensOf(text);
    const wrong = tokens.flatMap(({ name: kind, text: word, line, column }) => {
      const scope = scopes[line - 1]?.[column - 1] ?? "";
      const isRight = expected[kind]?.test(scope) ?? !/^(string|comment|constant\.numeric)/.test(scope);
      return isRight ? [] : [`${line}:${column} ${kind} ${word} is ${scope}`];
    });
    expect(wrong).toEqual([]);
    for (const { text: comment, line, column } of comments) {
      const scope = scopes[line - 1]?.[column + 1] ?? "";
      expect(scope, comment).toMatch(
        comment.includes("allow(") ? /comment|allow/ : comment.startsWith("##") ? /documentation/ : /^comment/,
      );
    }
  });

  test("a string that is not closed ends with its line", () => {
    expect(scopesOf('a = "open\nb = 2')[1]?.[4]).toMatch(/^constant\.numeric/);
  });
});
