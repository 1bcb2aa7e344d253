import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  completionsAt,
  definitionsAt,
  foldsOf,
  hoverAt,
  inlaysOf,
  lensesOf,
  linksOf,
  openEdited,
  outlineOf,
  referencesAt,
  rename,
  semanticTokensOf,
  signaturesAt,
} from "../../compiler/edit/index.ts";
import { readStandard } from "../plan-of.ts";
import { specNames, specsFolder } from "../spec-names.ts";
import { opened } from "./marked.ts";

const texts = specNames.map((name) => readFileSync(`${specsFolder}${name}`, "utf8"));

/** Everything that an editor can ask at a place, and what must hold of the answers. */
function askAll(text: string, offset: number): void {
  const edited = opened(text);
  const { from, to, items } = completionsAt(edited, offset);
  expect(from).toBeLessThanOrEqual(offset);
  expect(to).toBeGreaterThanOrEqual(offset);
  expect(to).toBeLessThanOrEqual(text.length);
  expect(new Set(items.map(({ label, kind, insert }) => `${kind} ${label} ${insert}`)).size).toBe(items.length);
  const hover = hoverAt(edited, offset);
  if (hover !== undefined) expect(hover.from <= offset && offset <= hover.to).toBe(true);
  signaturesAt(edited, offset);
  for (const { start, end, source } of definitionsAt(edited, offset))
    expect(start <= end && end <= source.text.length).toBe(true);
  referencesAt(edited, offset);
  rename(edited, offset, "fresh_name");
  outlineOf(edited);
  foldsOf(edited);
  semanticTokensOf(edited);
  lensesOf(edited);
  inlaysOf(edited);
  linksOf(edited);
}

describe("every service answers at any place of any text", () => {
  const place = fc.record({
    text: fc.constantFrom(...texts),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  test("of specs cut off anywhere", () => {
    fc.assert(
      fc.property(place, ({ text, cut, at }) => {
        const short = text.slice(0, Math.floor(cut * text.length));
        askAll(short, Math.floor(at * short.length));
      }),
      { seed: 31, numRuns: 150 },
    );
  });

  test("of specs with a piece taken out or put in, asked where it happened", () => {
    const pieces = [
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      ".",
      ",",
      ":",
      "->",
      "for x in",
      "with {",
      "if",
      '"',
      "#",
      "..",
      "=",
      "match x {",
      "\u0000",
      "é",
      "\n",
    ];
    fc.assert(
      fc.property(place, fc.constantFrom(...pieces), fc.nat({ max: 12 }), ({ text, at }, piece, gone) => {
        const offset = Math.floor(at * text.length);
        const broken = text.slice(0, offset) + piece + text.slice(offset + gone);
        askAll(broken, offset + piece.length);
      }),
      { seed: 32, numRuns: 150 },
    );
  });

  test("of texts that are no specs at all", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, at) => {
          askAll(text, Math.floor(at * text.length));
        },
      ),
      { seed: 33, numRuns: 200 },
    );
  });

  test("of one version after the other, as if each were opened by itself", () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      gone: fc.nat({ max: 30 }),
      piece: fc.constantFrom(
        "",
        "x",
        "(",
        "}",
        "\n",
        " = 3\n",
        "stage s = train m() on d {",
        "for t in tasks",
        '"',
        ".x",
      ),
    });
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 6 }), (first, edits) => {
        let text = first;
        let edited = opened(text);
        for (const { at, gone, piece } of edits) {
          const offset = Math.floor(at * text.length);
          text = text.slice(0, offset) + piece + text.slice(offset + gone);
          edited = openEdited({ name: "test.abaw", text }, readStandard, { before: edited });
          const fresh = opened(text);
          const place = offset + piece.length;
          expect(completionsAt(edited, place)).toEqual(completionsAt(fresh, place));
          expect(semanticTokensOf(edited)).toEqual(semanticTokensOf(fresh));
          expect(hoverAt(edited, place)).toEqual(hoverAt(fresh, place));
          const names = ({ name, whole: { start, end } }: ReturnType<typeof outlineOf>[number]) => [name, start, end];
          expect(outlineOf(edited).map(names)).toEqual(outlineOf(fresh).map(names));
        }
      }),
      { seed: 34, numRuns: 60 },
    );
  });

  test("of names that every object of JavaScript has", () => {
    const text =
      "profile p {\n  constructor.valueOf: 3 constructor\n}\nstage s = train constructor() on valueOf { loss: {au: constructor(au)}, toString: valueOf, where: valid(toString) }\n";
    const edited = opened(text);
    for (let offset = 0; offset <= text.length; offset += 1) {
      askAll(text, offset);
      expect(JSON.stringify(hoverAt(edited, offset) ?? "")).not.toMatch(/native code|\[object/);
    }
  });

  test("of names that stand for themselves and for each other", () => {
    const text =
      'a = b\nb = a\nc = c.c.c\nmodel m(x: [stage] = [m]) (i) {\n  y = y -> y\n  z = z(z)\n  head t = z for t in t\n}\nstage s(s: stage = s) = train m(s) on s { loss: {s: s.s}, params: {s.s: s} }\nuse "test.abaw"\n';
    for (let offset = 0; offset <= text.length; offset += 1) askAll(text, offset);
  });
});
