import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { tokenise } from "../../grammar/index.ts";
import { AbawParser } from "../../grammar/parser.ts";
import { QuickParser } from "../../grammar/quick-parser.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folders = ["specs", "specs/std", "examples", "bench/specs", "test/mistakes/one", "test/mistakes/several"];
const [quick, parser] = [new QuickParser(), new AbawParser()];

describe("the quick parser", () => {
  test.each(folders)("reads the trees of %s, and none of a text that the parser has something to say of", (folder) => {
    const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".abaw"));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const { tokens } = tokenise(readFileSync(join(root, folder, name), "utf8"));
      parser.input = [...tokens];
      const tree = parser.file();
      expect(quick.read(tokens), name).toEqual(parser.errors.length > 0 ? undefined : tree);
    }
  });

  test("knows every word's place: a text cut anywhere is right or wrong by both", () => {
    const { tokens } = tokenise(readFileSync(join(root, "specs/table5/aiwell-uoc.abaw"), "utf8"));
    const verdicts = new Set<boolean>();
    for (let length = 0; length < tokens.length; length += 1) {
      const cut = tokens.slice(Math.max(0, length - 40), length);
      parser.input = cut;
      parser.file();
      const isRight = parser.errors.length === 0;
      verdicts.add(isRight);
      expect(quick.read(cut) !== undefined, `${length}`).toBe(isRight);
    }
    expect(verdicts.size).toBe(2);
  });
});
