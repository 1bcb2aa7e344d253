import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Declaration } from "../../compiler/syntax/ast.ts";
import { parseFile } from "../../compiler/syntax/index.ts";

const specs = fileURLToPath(new URL("../../specs/", import.meta.url));
const names = readdirSync(specs).filter((name) => name.endsWith(".abaw"));

/** A declaration without its places. */
const printed = (declaration: Declaration) =>
  JSON.stringify(declaration, (key, value: unknown) => (key === "span" ? undefined : value));
const declarationsOf = (text: string) => parseFile({ name: "test.abaw", text }).file.declarations;

/** Declarations of the whole that are missing, in order, where one of them is being typed. */
function lost(whole: readonly string[], typing: number, part: readonly string[]): number {
  const kept = new Set(part);
  return whole.filter((declaration, i) => i !== typing && !kept.has(declaration)).length;
}

describe("while one declaration is typed, every other one stays as it is", () => {
  test.each(names)("%s", (name) => {
    const text = readFileSync(`${specs}${name}`, "utf8");
    const whole = declarationsOf(text);
    const shown = whole.map(printed);
    let states = 0;
    whole.forEach((declaration, i) => {
      const { start, end } = declaration.span;
      // Every third keystroke of the first hundred and the last fifty: the rest is the same at greater length.
      for (let typed = 1; typed < end - start; typed += typed < 100 || typed > end - start - 50 ? 3 : 37) {
        const now = `${text.slice(0, start + typed)}\n${text.slice(end)}`;
        expect(
          lost(shown, i, declarationsOf(now).map(printed)),
          now.slice(start + Math.max(0, typed - 80), start + typed + 60),
        ).toBe(0);
        states += 1;
      }
    });
    expect(states).toBeGreaterThan(50);
  });
});
