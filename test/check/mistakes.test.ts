import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compiled, oneLine } from "../plan-of.ts";

const right = readFileSync(new URL("./right.abaw", import.meta.url), "utf8");

test("the spec without a mistake is right", () => {
  expect(compiled(right).diagnostics.map(oneLine)).toEqual([]);
});

test("several mistakes are told in one run, in the order of the text", () => {
  const wrong = right.replace("-> face\n", "-> fase\n").replace("opset: 17", "opset: 3").replace("bce(au,", "bce(ua,");
  const lines = compiled(wrong).diagnostics.map(({ code }) => code);
  expect(lines).toEqual(["unknown-name", "unknown-name", "out-of-range"]);
});

test("a mistake met inside a library module is also placed at its use", () => {
  const { diagnostics } = compiled(right.replace("drop: 0.1", "drop: 1.5"));
  const [only] = diagnostics;
  expect(only?.span.source.name).toBe("std/nn.abaw");
  expect(only?.related.map(({ span, text }) => [span.source.name, text])).toEqual([
    ["test.abaw", "in this use of `fusion`"],
  ]);
});

describe("a spec from outside is bounded", () => {
  const codes = (text: string) => compiled(text).diagnostics.map(({ code }) => code);

  test("lists", () => {
    expect(codes("a = [i for i in range(1000000000)]")).toEqual(["out-of-range"]);
    expect(codes("a = [[i for i in range(10000)] for j in range(10000)]")).toEqual(["too-much"]);
  });

  test("modules that double at every level, or call themselves", () => {
    const doubling = Array.from(
      { length: 40 },
      (_, i) => `module m${i + 1}() (x: [.., d]) -> [.., d] {\n  return x -> m${i}() -> m${i}()\n}`,
    );
    const first = "module m0() (x: [.., d]) -> [.., d] {\n  return x -> linear(d)\n}";
    const use = right.replace("x = image -> face", "x = image -> face -> m40()");
    expect([...new Set(codes([use, first, ...doubling].join("\n")))]).toEqual(["too-much"]);
    const selfish = "module m0() (x: [.., d]) -> [.., d] {\n  return x -> m0()\n}";
    expect(codes(`${right.replace("x = image -> face", "x = image -> face -> m0()")}\n${selfish}`)).toEqual([
      "too-deep",
    ]);
  });

  test("files that lie outside", () => {
    expect(codes('use "../../etc/passwd"')).toEqual(["cannot-read-file"]);
    expect(codes('use "std/../../package.json"')).toEqual(["cannot-read-file"]);
  });
});

describe("a message says nothing of the compiler's own", () => {
  const helps = (text: string) => compiled(text).diagnostics.map(({ code, help }) => [code, help]);

  test("of a key that every object of JavaScript has", () => {
    const wrong = right.replace("opset: 17", "opset: 17, constructor: 3").replace("  batch: 4", "  constructor: 4");
    expect(helps(wrong).filter(([code]) => code === "unknown-key")).toEqual([
      ["unknown-key", undefined],
      ["unknown-key", expect.stringMatching(/^it has /)],
    ]);
  });

  test("of a tensor that no arm can name", () => {
    const wrong = right.replace("x = image -> face", "x = match image {a: image -> face}");
    expect(helps(wrong).filter(([code]) => code === "no-match")).toEqual([["no-match", "add the arm `else: ..`"]]);
  });
});
