import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { compiled, oneLine, planOf } from "../plan-of.ts";

const text = readFileSync(new URL("./language.abaw", import.meta.url), "utf8");
const plan = planOf(text);
const stageNamed = (label: string): StagePlan => {
  const stage = plan.stages.find((each) => each.label === label);
  if (stage === undefined) throw new Error(`there is ${plan.stages.map((each) => each.label).join("; ")}`);
  return stage;
};
const paths = (stage: StagePlan) => stage.parameters.map(({ path }) => path);

describe("the language", () => {
  test("is checked without a word", () => {
    expect(compiled(text).diagnostics.map(oneLine)).toEqual([]);
  });

  test("names weights after the places of the text, and repeats layers by `for` and `if`", () => {
    expect(paths(stageNamed("two"))).toEqual([
      "x.linear.weight",
      "x.linear.bias",
      "layers[0].g.linear.weight",
      "layers[0].g.linear.bias",
      "layers[1].g.linear.weight",
      "layers[1].g.linear.bias",
      "y.mlp.fc1.weight",
      "y.mlp.fc1.bias",
      "y.mlp.fc2.weight",
      "y.mlp.fc2.bias",
      "au.linear.weight",
      "au.linear.bias",
    ]);
  });

  test("changes parameters and what is inside them by `with`", () => {
    const stage = plan.stages.find(({ label }) => label === "changed");
    expect(stage?.batch).toBe(6);
    expect(stage?.optimiser).toEqual({ name: "sgd", settings: { momentum: 0.5, nesterov: 0 } });
    expect(stage === undefined ? 0 : paths(stage).filter((path) => path.startsWith("layers")).length).toBe(6);
  });

  test("has clips, rules for rows, frozen weights, rates by path, weights from other stages", () => {
    const stage = stageNamed("mixed");
    expect(stage.clip).toEqual({ length: 4, hop: 2, by: "frames", pad: "mask", gap: 30 });
    expect(stage.rows).toEqual({
      kind: "and",
      rules: [
        { kind: "valid", tasks: ["valence"] },
        { kind: "not", rule: { kind: "valid", tasks: ["expr"] } },
      ],
    });
    expect(stage.terms).toEqual(["valence", "both"]);
    const groupOf = (path: string) => stage.parameters.find((each) => each.path === path)?.group;
    expect(groupOf("x.linear.weight")).toBeUndefined();
    expect(stage.groups[groupOf("layers[0].g.linear.weight") ?? -1]?.rate).toMatchObject({
      kind: "scaled",
      factor: 0.1,
    });
    expect(stage.groups[groupOf("valence.linear.weight") ?? -1]?.rate).toEqual({
      kind: "step",
      peak: 1e-3,
      factor: 0.5,
      every: { unit: "epochs", value: 1 },
      warmup: undefined,
    });
    const source = stage.parameters.find(({ path }) => path === "x.linear.weight")?.from;
    expect(source).toEqual({ kind: "stage", stage: stageNamed("depths[gates: 1]").hash, path: "x.linear.weight" });
    expect([stage.ema, stage.maxGradientNorm, stage.patience]).toEqual([0.99, 1, { unit: "epochs", value: 2 }]);
  });

  test("sweeps over a grid and over a list; equal points are one stage", () => {
    expect(plan.sweeps.map(({ name, points }) => [name, points.length])).toEqual([
      ["depths", 3],
      ["listed", 2],
    ]);
    const [depths, listed] = plan.sweeps;
    expect(depths?.points[0]?.of).toEqual({ kind: "stage", hash: stageNamed("depths[gates: 1]").hash });
    expect(listed?.points.map(({ of }) => of)).toEqual(depths?.points.slice(0, 2).map(({ of }) => of));
    expect(depths?.report).toEqual(["score(au)"]);
    expect(depths?.points.map(({ metrics }) => metrics)).toEqual(Array(3).fill([{ kind: "score", task: "au" }]));
    expect(depths?.points.map(({ axes }) => [...axes])).toEqual([1, 2, 3].map((n) => [["gates", String(n)]]));
  });

  test("assembles means, smoothing and thresholds of streams", () => {
    const [au, valence] = plan.assemblies[0]?.members ?? [];
    expect(au?.stream).toMatchObject({
      kind: "threshold",
      at: Array(12).fill(0.4),
      stream: {
        kind: "gaussian",
        width: { unit: "frames", value: 2 },
        stream: {
          kind: "blend",
          parts: [
            { weight: 0.5, stream: { kind: "head" } },
            { weight: 0.5, stream: { kind: "head" } },
          ],
        },
      },
    });
    expect(valence?.stream).toMatchObject({ kind: "median", width: { unit: "rows", value: 5 } });
    expect(plan.exports.map(({ opset }) => opset)).toEqual([18]);
  });

  test("applies a profile by kind and, stronger, by name; --set is stronger than both", () => {
    const toy = planOf(text, { profile: "toy", set: [["two.batch", "3"]] });
    expect(toy.stages.every(({ duration }) => duration.value === 1)).toBe(true);
    expect(toy.stages.find(({ label }) => label === "two")?.batch).toBe(3);
    expect(planOf(text, { profile: "toy" }).stages.some(({ batch }) => batch === 2)).toBe(true);
  });

  test("warns of a setting that changes nothing and of what is never used", () => {
    const idle = `${text}\nmodule idle() (x: [.., d]) -> [.., d] {\n  return x\n}\n`;
    const { plan: made, diagnostics } = compiled(idle);
    expect(made).toBeDefined();
    expect(diagnostics.map(oneLine)).toEqual([
      expect.stringMatching(/^never-used \d+:8 the module `idle` is never used$/),
    ]);
  });

  test("what is not in this version is checked, and said to be for later", () => {
    const later = `${text}\nassemble voted on faces { au: mean([plain().au -> threshold(0.4), two.au]) }\nexport voted\n`;
    const { plan: made, diagnostics } = compiled(later);
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([["not-yet-written", "later"]]);
    expect(made).toBeDefined();
  });
});
