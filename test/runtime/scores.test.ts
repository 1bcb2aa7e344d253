import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { TaskMeaning } from "../../compiler/library/task.ts";
import { overallScore } from "../../runtime/evaluate/overall.ts";
import { scoreTask, trivialPrediction } from "../../runtime/evaluate/score-task.ts";
import { tolerances } from "../tolerances.ts";
import { meaningsOfScores, type ScoreCase, scoreCases } from "./score-cases.ts";

interface Stored {
  readonly scores: Readonly<
    Record<string, { readonly score: number; readonly each: readonly number[]; readonly accuracy: number | null }>
  >;
}

const stored: Stored = JSON.parse(readFileSync(new URL("../reference/scores.json", import.meta.url), "utf8"));
const columnOf = (meaning: TaskMeaning, { labels, weight }: ScoreCase) => ({
  meaning,
  values: Float32Array.from(labels),
  weight: Float32Array.from(weight),
});

describe.each(scoreCases().map((one) => [one.name, one] as const))("%s", (name, one) => {
  test("has scikit-learn's score", () => {
    const expected = stored.scores[name];
    const meaning = meaningsOfScores[one.kind];
    const found = scoreTask(meaning, Float32Array.from(one.predictions), columnOf(meaning, one));
    expect(Math.abs((found.score ?? Number.NaN) - (expected?.score ?? 0))).toBeLessThan(tolerances.scores);
    found.each.forEach((value, i) => {
      expect(Math.abs(value - (expected?.each[i] ?? 0))).toBeLessThan(tolerances.scores);
    });
    if (expected?.accuracy != null) expect(found.accuracy).toBeCloseTo(expected.accuracy, 6);
  });
});

describe("scores", () => {
  const units = meaningsOfScores.units;

  test("are undefined where no row has a label", () => {
    const none = { meaning: units, values: new Float32Array(6), weight: new Float32Array(6) };
    expect(scoreTask(units, new Float32Array(6), none).score).toBeUndefined();
  });

  test("count F1 as 0 where nothing is to be found and nothing was", () => {
    const labels = { meaning: units, values: Float32Array.of(1, 0, 0, 1, 0, 0), weight: new Float32Array(6).fill(1) };
    expect(scoreTask(units, Float32Array.of(1, 0, 0, 1, 0, 0), labels).each).toEqual([1, 0, 0]);
  });

  test("of what needs no picture: the majority, or the mean", () => {
    const scalar: TaskMeaning = { kind: "scalar", min: -1, max: 1 };
    const labels = { meaning: scalar, values: Float32Array.of(0.5, 0.25, 9), weight: Float32Array.of(1, 1, 0) };
    expect(trivialPrediction(scalar, labels)[0]).toBeCloseTo(0.375);
    const classes: TaskMeaning = { kind: "classes", names: ["a", "b"] };
    const rows = { meaning: classes, values: Float32Array.of(0, 1, 0, 1, 1, 0), weight: Float32Array.of(1, 1, 1) };
    expect(Array.from(trivialPrediction(classes, rows))).toEqual([0, 1]);
  });

  test("make the challenge's P of all four tasks, and of nothing less", () => {
    const scalar: TaskMeaning = { kind: "scalar", min: -1, max: 1 };
    const parts = [
      { meaning: units, score: 0.5 },
      { meaning: meaningsOfScores.classes, score: 0.4 },
      { meaning: scalar, score: 0.6 },
      { meaning: scalar, score: 0.2 },
    ];
    expect(overallScore(parts)).toBeCloseTo(1.3);
    expect(overallScore(parts.slice(1))).toBeUndefined();
  });

  const publishedScore = (units: number, expression: number, valence: number, arousal: number) => {
    const scalar: TaskMeaning = { kind: "scalar", min: -1, max: 1 };
    return overallScore([
      { meaning: meaningsOfScores.units, score: units },
      { meaning: meaningsOfScores.classes, score: expression },
      { meaning: scalar, score: valence },
      { meaning: scalar, score: arousal },
    ]);
  };

  const distance = (score: number | undefined, printed: number) => Math.abs((score ?? Number.NaN) - printed);

  test("add up as the paper's Table 1 has them", () => {
    expect(distance(publishedScore(0.6351, 0.503, 0.6926, 0.6139), 1.7914)).toBeLessThan(tolerances.printed);
  });

  test.each([
    ["baseline", 0.34, 0.12, 0.1007, 0.1193],
    ["SCU ACers", 1.164, 0.4879, 0.3018, 0.3743],
    ["HFUT-MAC1", 1.1777, 0.4997, 0.2997, 0.3783],
    ["HSEmotion", 1.2472, 0.5119, 0.3279, 0.4074],
    ["Netease Fuxi AI Lab", 1.5286, 0.558, 0.4286, 0.542],
  ])("add up as its Table 5 has them of %s", (_, overall, units, expression, both) => {
    expect(distance(publishedScore(units, expression, both, both), overall)).toBeLessThan(tolerances.printed);
  });

  // The values of valence and arousal printed there are those of rows above and below.
  test.each([
    ["SML", 0.8692, 0.4046, 0.1938, 0.4074],
    ["AIWELL-UOC", 1.1145, 0.4663, 0.2772, 0.3783],
  ])("do not add up in its Table 5 of %s", (_, overall, units, expression, both) => {
    expect(distance(publishedScore(units, expression, both, both), overall)).toBeGreaterThan(100 * tolerances.printed);
  });
});
