import { expect, test } from "vitest";
import { libraryNames } from "../../compiler/check/library.ts";
import { usualNames } from "../../compiler/check/usual-names.ts";
import { compiled } from "../plan-of.ts";

const helpOf = (text: string) => compiled(text).diagnostics.map(({ code, help }) => `${code}: ${help}`);

test("names of other tools lead to what is here", () => {
  const known = new Set([...libraryNames(), "true", "false", "none"]);
  expect(Object.values(usualNames).filter((name) => !known.has(name))).toEqual([]);
  expect(Object.keys(usualNames).filter((name) => name !== name.toLowerCase())).toEqual([]);
  expect(Object.entries(usualNames).filter(([theirs, ours]) => known.has(theirs) && theirs !== ours)).toEqual([]);
});

test("as functions and as arguments", () => {
  expect(helpOf("rate = CosineAnnealingLR(1e-3)")).toEqual(["unknown-name: that is `cosine` here"]);
  expect(helpOf("way = adamw(1e-3, wd: 0.1)")).toEqual(["unknown-argument: that is `weight_decay` here"]);
  expect(helpOf("flag = True")).toEqual(["unknown-name: that is `true` here"]);
});
