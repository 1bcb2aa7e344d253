import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lineOf } from "../../compiler/diagnostics/source.ts";
import { compiled, oneLine } from "../plan-of.ts";
import { type SingleMistake, singleMistakes } from "./single-mistakes.ts";

const whole = readFileSync(new URL("./recovery.abaw", import.meta.url), "utf8");

/** Errors and warnings of the whole check, with the line each is placed at. */
function saidOf(text: string) {
  const { diagnostics } = compiled(text);
  const told = diagnostics.filter(({ severity }) => severity === "error" || severity === "warning");
  return told.map((each) => ({ line: lineOf(each.span.source, each.span.start), text: oneLine(each) }));
}

function withMistake([right, wrong, named]: SingleMistake) {
  const at = whole.indexOf(right);
  const text = whole.slice(0, at) + wrong + whole.slice(at + right.length);
  let same = 0;
  while (right[same] === wrong[same]) same += 1;
  const place = named === undefined ? at + same : text.indexOf(named);
  return { text, line: lineOf({ name: "test.abaw", text }, place) };
}

test("the spec that they are put into is right", () => {
  expect(saidOf(whole)).toEqual([]);
});

test("there are more than a hundred of them, each for a place of its own in the spec, none twice", () => {
  expect(singleMistakes.length).toBeGreaterThanOrEqual(130);
  for (const [right, wrong] of singleMistakes) {
    expect(whole.split(right).length - 1, right).toBe(1);
    expect(wrong).not.toBe(right);
  }
  expect(new Set(singleMistakes.map(([right, wrong]) => `${right}\0${wrong}`)).size).toBe(singleMistakes.length);
});

describe("one mistake in the text is one message of the whole check, at its line", () => {
  test.each(singleMistakes.map((mistake) => [...mistake] as const))("%j written %j", (...mistake) => {
    const { text, line } = withMistake(mistake);
    const said = saidOf(text);
    expect(said.length, said.map((each) => each.text).join("\n")).toBe(1);
    expect(said[0]?.line, said[0]?.text).toBe(line);
  });
});

describe("what does not follow from it is still told", () => {
  const alsoWrong = (mistake: SingleMistake, right: string, wrong: string) => {
    const { text } = withMistake(mistake);
    expect(text.split(right).length - 1).toBe(1);
    return saidOf(text.replace(right, wrong)).map((each) => each.text.split(" ")[0]);
  };

  test("in a declaration that has nothing to do with it", () => {
    expect(alsoWrong(["valid(goal)", "valid(goal"], "ce(mood)", "ce(moood)")).toEqual([
      "unclosed-bracket",
      "unknown-name",
    ]);
  });

  test("a key that nothing has, in one that names it", () => {
    expect(alsoWrong(["head t =", "haed t ="], "optimizer: adamw(1e-3)", "optimiser: adamw(1e-3)")).toEqual([
      "unexpected-text",
      "unknown-key",
    ]);
  });

  test("two mistakes in the text of two declarations", () => {
    expect(alsoWrong(["head t =", "haed t ="], "opset: 17", "opset 17")).toEqual([
      "unexpected-text",
      "unexpected-text",
    ]);
  });
});
