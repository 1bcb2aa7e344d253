import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Span } from "../../compiler/diagnostics/source.ts";
import { type Parsed, parseFile } from "../../compiler/syntax/index.ts";
import { reparse } from "../../compiler/syntax/reparse.ts";
import { seededRandom } from "../compiler/seeded-random.ts";
import { randomEdit } from "../random-edit.ts";

const specs = fileURLToPath(new URL("../../specs/", import.meta.url));
const names = readdirSync(specs).filter((name) => name.endsWith(".abaw"));

const isSpan = (value: unknown): value is Span =>
  typeof value === "object" && value !== null && "start" in value && "end" in value && "source" in value;
const json = (value: unknown) =>
  JSON.stringify(value, (key, each: unknown) => {
    if (key === "source") return undefined;
    return isSpan(each) ? `${each.start} ${each.end}` : each;
  });

/** All that a tree and its messages say, places among it. */
const shown = ({ file, diagnostics }: Parsed) => [
  ...file.declarations.map(json),
  ...file.comments.map(json),
  ...diagnostics.map(json).toSorted(),
];

describe("a version of a file read from the one before is the file read anew", () => {
  test.each(names)("%s", (name) => {
    const random = seededRandom(name);
    const whole = readFileSync(`${specs}${name}`, "utf8");
    let text = whole;
    let parsed = parseFile({ name, text });
    let reused = 0;
    for (let step = 0; step < 60; step += 1) {
      // Edits pile up for a while, as they do when something is being typed.
      text = randomEdit(step % 6 === 0 ? whole : text, random);
      const next = reparse(parsed, { name, text });
      const anew = parseFile({ name, text });
      expect(shown(next?.parsed ?? anew), `step ${step}`).toEqual(shown(anew));
      const now = new Set(next?.parsed.file.declarations);
      expect(next?.fresh.filter((each) => !now.has(each)) ?? []).toEqual([]);
      expect(next?.gone.filter((each) => now.has(each)) ?? []).toEqual([]);
      reused += now.size - (next?.fresh.length ?? 0);
      parsed = next?.parsed ?? anew;
    }
    expect(reused).toBeGreaterThan(60);
  });
});
