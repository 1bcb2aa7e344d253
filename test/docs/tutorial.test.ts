import { afterAll, describe, expect, test } from "vitest";
import { compiled, oneLine } from "../plan-of.ts";
import { tolerances } from "../tolerances.ts";
import { pageAt } from "./pages.ts";
import { agrees, Tutorial } from "./tutorial.ts";

const { path, blocks } = pageAt("docs/tutorial.md");
const tutorial = new Tutorial();
afterAll(() => tutorial.remove());

describe("the tutorial, step by step", () => {
  test.each(blocks.map((block, i) => ({ at: `${path}:${block.line}`, block, next: blocks[i + 1] })))(
    "$at",
    { timeout: 300_000 },
    ({ block, next }) => {
      const { file, said } = tutorial.step(block);
      for (const { command, shown, real } of said) {
        if (!agrees(shown, real, tolerances.shownScores))
          expect(`$ ${command}\n${real}`).toBe(`$ ${command}\n${shown}`);
      }
      // A file with a mistake is shown with what is said of it right below, or with the change that goes with this one.
      const checked = next?.language === "console" && next.text.startsWith("$ abaw check");
      const goesOn = next?.language === "abaw" && next.line <= block.line + block.text.split("\n").length + 2;
      if (file !== undefined && !checked && !goesOn) expect(compiled(file).diagnostics.map(oneLine)).toEqual([]);
    },
  );

  test("ends with a sweep, an export and no mistake", () => {
    const commands = blocks.flatMap(({ language, text }) => (language === "console" ? [text] : [])).join("");
    for (const word of [
      "data synth",
      "train",
      "eval",
      "check",
      "--fix",
      "--profile",
      "--set",
      "export",
      "fmt",
      "explain",
      "diff",
    ])
      expect(commands).toContain(word);
  });
});
