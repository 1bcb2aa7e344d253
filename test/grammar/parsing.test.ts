import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { depthLimits } from "../../compiler/syntax/brackets.ts";
import { limits, parseFile } from "../../compiler/syntax/index.ts";
import { oneLine } from "../plan-of.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const specs = ["specs", "specs/std", "examples"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".abaw"))
    .map((name) => `${folder}/${name}`),
);
const textOf = (path: string) => readFileSync(join(root, path), "utf8");
const parse = (text: string) => parseFile({ name: "test.abaw", text });

describe("parsing", () => {
  test.each(specs)("%s is read whole", (path) => {
    const text = textOf(path);
    const { file, diagnostics } = parse(text);
    expect(diagnostics.map(oneLine)).toEqual([]);
    expect(file.declarations.length).toBeGreaterThan(0);
    expect(file.comments.length).toBe(text.split("\n").filter((line) => /(^|[^"])#/.test(line)).length);
  });

  test("tells several mistakes, each at its line, and reads the rest", () => {
    const { file, diagnostics } = parse("a = (1 +\nb = 2\nc = [1, 2\nd = 4\nstage = 3 3\ne = 5\n");
    expect(diagnostics.length).toBeGreaterThanOrEqual(2);
    expect(new Set(diagnostics.map(({ span }) => span.start)).size).toBe(diagnostics.length);
    expect(file.declarations.length).toBeGreaterThan(0);
  });

  test("one broken declaration leaves the others", () => {
    const { file, diagnostics } = parse("a = 1\nb = * 2\nc = 3\n");
    expect(diagnostics.map(oneLine)).toEqual([expect.stringContaining("unexpected-text 2:5")]);
    const names = file.declarations.flatMap((each) => (each.kind === "binding" ? [each.name.text] : []));
    expect(names).toContain("a");
    expect(names).toContain("c");
  });

  test("refuses text that is too large, nested too deep, or broken all over", () => {
    const codes = (text: string) => parse(text).diagnostics.map(({ code }) => code);
    expect(codes(" ".repeat(limits.characters + 1))).toEqual(["file-too-large"]);
    expect(codes(`a = ${"(".repeat(depthLimits.nesting + 1)}1`)).toEqual(["nested-too-deep"]);
    expect(codes(`a = ${"(".repeat(150_000)}`)).toEqual(["nested-too-deep"]);
    const many = codes("x = = 1\n".repeat(limits.mistakes * 2));
    expect(many.at(-1)).toBe("too-many-mistakes");
    expect(many.length).toBe(limits.mistakes + 1);
  });

  test("names the opening of a bracket that is never closed", () => {
    const { diagnostics } = parse("a = 1\nmodel m(tasks: [task]) (image) {\n  x = image\n");
    expect(diagnostics.map(oneLine)).toEqual([expect.stringMatching(/^unclosed-bracket 2:32/)]);
  });

  test("says which character has no meaning, and which string has no end", () => {
    expect(parse("a = 1 ; b").diagnostics.map(({ code }) => code)).toContain("unknown-character");
    expect(parse('use "std/aff2.abaw\na = 1\n').diagnostics.map(oneLine)).toEqual([
      expect.stringMatching(/^unclosed-string 1:5/),
    ]);
  });

  test("never throws, and every place lies in the text", () => {
    const sources = specs.map(textOf);
    const pieces = sources.flatMap((text) => text.split(/(?<=\s)/)).slice(0, 4000);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (words) => {
        const text = words.join("");
        for (const { span } of parse(text).diagnostics) {
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeLessThanOrEqual(text.length);
          expect(span.end).toBeGreaterThanOrEqual(span.start);
        }
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  test("any spec with a piece cut out is read without a throw", () => {
    const text = textOf("specs/00-example.abaw");
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(40), (at, length) => {
        parse(text.slice(0, at) + text.slice(at + length));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
