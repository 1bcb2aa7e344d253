import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { torchText } from "../../compiler/emit/torch/package.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { planOf } from "../plan-of.ts";

const textOf = ({ label, parameters, graphs }: StagePlan): string =>
  torchText({ ...graphs.forward(), label, parameters: new Map(parameters.map(({ path, shape }) => [path, shape])) })
    .text;

describe("a stage as PyTorch text", () => {
  const quickstart = readFileSync(new URL("../../examples/quickstart.abaw", import.meta.url), "utf8");

  test("is what a person would read", async () => {
    const stage = planOf(quickstart).stages.find(({ label }) => label === "together");
    if (stage === undefined) throw new Error("the quickstart has no stage together");
    await expect(textOf(stage)).toMatchFileSnapshot("together.py.txt");
  });

  test("is the same text twice", () => {
    const [first, second] = [planOf(quickstart), planOf(quickstart)].map(({ stages }) => stages.map(textOf));
    expect(first).toEqual(second);
  });
});
