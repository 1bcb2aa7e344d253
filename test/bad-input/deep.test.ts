import { describe, expect, test } from "vitest";
import { depthLimits } from "../../compiler/syntax/brackets.ts";
import { compiled } from "../plan-of.ts";

const depth = 10_000;
const codesOf = (text: string) => compiled(text).diagnostics.map(({ code }) => code);

describe(`what stands ${depth} deep in itself is refused`, () => {
  const brackets: Readonly<Record<string, readonly [open: string, inside: string, close: string]>> = {
    parentheses: ["(", "1", ")"],
    lists: ["[", "1", "]"],
    maps: ["{a: ", "1", "}"],
    matches: ["match x {a: ", "1", "}"],
    calls: ["max(", "1", ")"],
    "named arguments": ["f(x: ", "1", ")"],
    indices: ["x[", "0", "]"],
  };
  test.each(Object.keys(brackets))("%s, closed or not", (name) => {
    const [open = "", inside = "", close = ""] = brackets[name] ?? [];
    const opened = open.repeat(depth);
    expect(codesOf(`a = ${opened}${inside}${close.repeat(depth)}`)).toEqual(["nested-too-deep"]);
    expect(codesOf(`a = ${opened}${inside}`)).toEqual(["nested-too-deep"]);
    expect(codesOf(`a = 1\nb = ${opened}`)).toEqual(["nested-too-deep"]);
  });

  const types: Readonly<Record<string, readonly [open: string, close: string]>> = {
    "types of lists": ["[", "]"],
    "types of maps": ["{int: ", "}"],
  };
  test.each(Object.keys(types))("%s", (name) => {
    const [open = "", close = ""] = types[name] ?? [];
    const type = `${open.repeat(depth)}int${close.repeat(depth)}`;
    expect(codesOf(`stage s(a: ${type}) = train m() on d {}`)).toEqual(["nested-too-deep"]);
  });

  const chains: Readonly<Record<string, (n: number) => string>> = {
    "choices that go on": (n) => `${"if true then 1 else ".repeat(n)}1`,
    "choices in one another": (n) => `${"if true then ".repeat(n)}1 ${"else 1 ".repeat(n)}`,
    sums: (n) => `${"1 + ".repeat(n)}1`,
    powers: (n) => `${"1 ^ ".repeat(n)}1`,
    signs: (n) => `${"-".repeat(n)}1`,
    negations: (n) => `${"not ".repeat(n)}true`,
    members: (n) => `x${".y".repeat(n)}`,
    "indices behind one another": (n) => `x${"[0]".repeat(n)}`,
    "calls behind one another": (n) => `x${"()".repeat(n)}`,
    changes: (n) => `x ${"with {a: 1} ".repeat(n)}`,
    "modules behind one another": (n) => `x ${"-> relu ".repeat(n)}`,
    loops: (n) => `[1 ${"for i in [1] ".repeat(n)}]`,
    conditions: (n) => `[1 ${"if true ".repeat(n)}]`,
  };
  test.each(Object.keys(chains))("%s", (name) => {
    const text = (n: number) => `a = ${chains[name]?.(n)}`;
    expect(codesOf(text(depth))).toEqual(["chain-too-long"]);
    // As many as there may be are read and worked out, whatever comes of it.
    expect(codesOf(text(Math.floor(depthLimits.chain / 4)))).not.toContain("chain-too-long");
  });
});

test("names that lead to each other are followed only so far", () => {
  const names = Array.from({ length: 5000 }, (_, i) => `a${i} = a${i + 1} + 1`).join("\n");
  expect(codesOf(`${names}\na5000 = 1`)).toEqual(["too-deep"]);
});
