import { describe, expect, test } from "vitest";
import { compiled } from "../plan-of.ts";

const start = `use "std/aff2.abaw"

faces = aff2 with {fields: {face: features("face.h5", dims: [64], layout: h5_video_frame)}}

model network(tasks: [task], from: [stage] = []) (face) {
  y = face -> linear(32) -> relu
  x = if from == [] then y else y + sum(s.y for s in from)
  head t = x -> linear for t in tasks
}

stage first(size: int = 8) = train network([au]) on faces {
  loss:     {au: bce(au)}
  batch:    size
  duration: 3 epochs
}
`;

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");
const stageOf = (model: string) => `stage other = train ${model} on faces { duration: 3 epochs }`;
const errorsIn = (text: string) =>
  compiled(text)
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code }) => code);

test("the spec that they are put into is right", () => {
  expect(errorsIn(start)).toEqual([]);
});

/** Each text that would keep a checker without bounds busy or out of memory, and what is said of it. */
const values: Readonly<Record<string, readonly [text: string, ...codes: string[]]>> = {
  "loops that find nothing": [
    "a = [i for i in range(10000) for j in range(10000) for k in range(10000) if false]",
    "too-much",
  ],
  "a sum over loops": ["a = sum(i for i in range(10000) for j in range(10000))", "too-much"],
  "a condition over loops": [
    "a = if len([i for i in range(10000) for j in range(10000)]) > 3 then 1 else 2",
    "too-much",
  ],
  "a range beyond its limit": ["a = range(10001)", "out-of-range"],
  "lists with each twice in the next": [`a0 = [1]\n${lines(60, (i) => `a${i + 1} = [a${i}, a${i}]`)}`, "too-large"],
  "maps with each twice in the next": [
    `a0 = {x: 1}\n${lines(60, (i) => `a${i + 1} = {l: a${i}, r: a${i}}`)}`,
    "too-large",
  ],
  "numbers that square": [`a0 = 2\n${lines(60, (i) => `a${i + 1} = a${i} * a${i}`)}`, "out-of-range"],
  "a power of powers": ["a = 9 ^ 9 ^ 9 ^ 9", "out-of-range"],
  "a text that grows": [`a0 = "text"\n${lines(60, (i) => `a${i + 1} = a${i} + a${i}`)}`, "cannot-combine"],
  "a name of itself": ["a = a + a", "cycle"],
  "names of each other": ["a = [b, b]\nb = [c, c]\nc = [a, a]", "cycle"],
  "a name with itself changed": ["a = a with {b: 1}", "cycle"],
  "data in its own block": [
    'data a(n: int = 3) { format: s_aff_wild2, root: "x", train: "t", fields: {image: images("c", size: len(a(n + 1).root))} }\nb = a()',
    "cycle",
  ],
};

const stages: Readonly<Record<string, readonly [text: string, ...codes: string[]]>> = {
  "a stage from itself with another argument": [
    "stage two(k: int) = train network([au], from: [two(k + 1)]) on faces { duration: 3 epochs }\ngo = two(1)",
    "too-deep",
  ],
  "stages from each other": [
    "stage two(k: int) = train network([au], from: [three(k)]) on faces { duration: 3 epochs }\nstage three(k: int) = train network([au], from: [two(k)]) on faces { duration: 3 epochs }\ngo = two(1)",
    "cycle",
  ],
  "a tree of stages": [
    "stage two(k: int, z: int) = train network([au], from: if k < 1 then [] else [two(k - 1, 2 * z), two(k - 1, 2 * z + 1)]) on faces { duration: 3 epochs }\ngo = two(30, 1)",
    "too-much",
  ],
  "a long line of stages": [
    "stage two(k: int) = train network([au], from: if k < 1 then [] else [two(k - 1)]) on faces { duration: 3 epochs }\ngo = two(2000)",
    "too-deep",
  ],
  "a default of itself": [
    "stage two(a: int = two().batch) = train network([au]) on faces { batch: a, duration: 3 epochs }\ngo = two()",
    "cycle",
  ],
  "a model in itself": [
    `model two() (face) {\n  x = face -> two()\n  head au = x -> linear\n}\n${stageOf("two()")}`,
    "not-callable",
  ],
  "a module in itself with another argument": [
    `module two(n: int) (x: [.., d]) -> [.., d] {\n  return x -> two(n + 1)\n}\nmodel net() (face) {\n  head au = face -> two(1) -> linear\n}\n${stageOf("net()")}`,
    "too-deep",
  ],
  "layers of a size beyond all memory": [
    `model net() (face) {\n  head au = face -> linear(1000000000) -> linear(1000000000) -> linear\n}\n${stageOf("net()")}`,
    "out-of-range",
  ],
  "a shape of three thousand axes": [
    `module two() (x: [.., d]) -> [.., d] {\n  return x -> view([.., ${lines(3000, (i) => `a${i}: 1,`)} d])\n}\nmodel net() (face) {\n  head au = face -> two() -> linear\n}\n${stageOf("net()")}`,
    "head-width",
  ],
  "a pattern of stars": [
    `${stageOf("network([au])").replace("}", `, params: {${"**.".repeat(100)}x: {lr: 1e-4}} }`)}`,
    "pattern-matches-nothing",
  ],
  "a sweep of itself": ["sweep all = [s for s in all] { report: [score(au)] }", "cycle"],
  "a profile that counts": ["profile toy { first.batch: sum(i for i in range(10000) for j in range(10000)) }"],
};

describe("a text that multiplies gets an answer", () => {
  test.each(Object.keys(values))("%s", (name) => {
    const [text = "", ...codes] = values[name] ?? [];
    expect([...new Set(errorsIn(text))]).toEqual(codes);
  });

  test.each(Object.keys(stages))("%s", (name) => {
    const [text = "", ...codes] = stages[name] ?? [];
    expect([...new Set(errorsIn(`${start}\n${text}\n`))]).toEqual(codes);
  });

  test("a profile that counts, when it is chosen", () => {
    const text = `${start}\nprofile toy { first.batch: sum(i for i in range(10000) for j in range(10000)) }\n`;
    const { diagnostics } = compiled(text, { profile: "toy" });
    expect(diagnostics.map(({ code }) => code)).toContain("too-much");
  });
});
