import { describe, expect, test } from "vitest";
import { type Analysis, analyse, type CompileOptions } from "../../compiler/compile.ts";
import { seededRandom } from "../compiler/seeded-random.ts";
import { readStandard } from "../plan-of.ts";
import { faultsOf, saying } from "./answer.ts";
import { corpus } from "./corpus.ts";
import { makers } from "./mutations.ts";
import { expression, names, pick, type Random } from "./random-words.ts";

/** How many texts, and which: other words give others. */
const count = Number(process.env["ABAW_FUZZ"] ?? 10_000);
const seed = process.env["ABAW_FUZZ_SEED"] ?? "bad input";

const kinds = Object.keys(makers);
const perKind = Math.ceil(count / kinds.length);

const known = new Map<string, string | undefined>();
const read = (path: string): string | undefined => {
  if (!known.has(path)) known.set(path, readStandard(path));
  return known.get(path);
};

/** Now and then something is asked about, and a value or a profile is set from outside. */
function optionsOf(random: Random, round: number): CompileOptions {
  if (round % 10 !== 0) return { read };
  const set = [[`${pick(random, names)}.${pick(random, names)}`, expression(random, 2)]] as const;
  const ask = [expression(random, 2), pick(random, names)];
  return { read, set, ask, ...(round % 20 === 0 ? { profile: pick(random, names) } : {}) };
}

/** What is wrong with the answer, or what was thrown instead of one. */
function faultsIn(text: string, options: CompileOptions, again: boolean): readonly string[] {
  const source = { name: "test.abaw", text };
  const said: string[] = [];
  let analysis: Analysis | undefined;
  try {
    analysis = analyse(source, options);
    said.push(saying(analysis));
    if (again) said.push(saying(analyse(source, options)));
    return [
      ...faultsOf(analysis, source),
      ...(new Set(said).size > 1 ? ["it says something else each time", ...said] : []),
    ];
  } catch (problem) {
    return [problem instanceof Error ? `${problem.stack}` : String(problem)];
  }
}

describe(`each of ${perKind * kinds.length} bad texts, checked whole, gets an answer`, () => {
  const timeout = 60_000 + perKind * 50;

  test.each(kinds)(
    "%s",
    (kind) => {
      const maker = makers[kind];
      expect(maker).toBeDefined();
      for (let round = 0; round < perKind; round += 1) {
        const random = seededRandom(`${seed} ${kind} ${round}`);
        const text = maker?.(random, pick(random, corpus), pick(random, corpus)) ?? "";
        const faults = faultsIn(text, optionsOf(random, round), round % 25 === 0);
        expect(faults, `${kind}, round ${round}:\n${text}`).toEqual([]);
      }
    },
    timeout,
  );
});

test("a text without an answer would be seen", () => {
  const source = { name: "test.abaw", text: "a = b\nc = 1\n" };
  const right = analyse(source, { read });
  expect(faultsOf(right, source)).toEqual([]);
  const [first] = right.diagnostics;
  if (first === undefined) throw new Error("`b` names nothing");
  const outside = { ...first, span: { source, start: 0, end: 99 } };
  const later = { ...first, span: { source, start: 9, end: 10 } };
  const wrong = (diagnostics: Analysis["diagnostics"]) => faultsOf({ ...right, diagnostics }, source).length;
  expect(wrong([outside])).toBe(1);
  expect(wrong([later, first])).toBe(1);
  expect(wrong([{ ...first, message: "this must be undefined" }])).toBe(1);
  expect(wrong([{ ...first, help: "did you mean [object Object]?" }])).toBe(1);
  expect(wrong([])).toBe(1);
});
