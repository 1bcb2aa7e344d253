import { describe, expect, test } from "vitest";
import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import { uniform } from "../../runtime/data/loader/random.ts";
import { drawnRows, intervalOf, rowsByVideo } from "../../runtime/evaluate/bootstrap.ts";
import { compared, type PairedTask } from "../../runtime/evaluate/compare.ts";
import { otherRows } from "../../runtime/evaluate/same-rows.ts";
import { scoreTask } from "../../runtime/evaluate/score-task.ts";
import { tableOf } from "./small-table.ts";

const videos = 12;
const frames = 20;
const rows = videos * frames;
const video = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / frames));
const valence: TaskPlan = { name: "valence", meaning: { kind: "scalar", min: -1, max: 1 } };
const truth = Float32Array.from({ length: rows }, (_, row) => Math.sin(row / 7));

/** The truth with noise of some size, that is of each video for itself. */
function predicted(noise: number, seed: number): Float32Array {
  return truth.map(
    (value, row) => value + noise * (2 * uniform(seed, video[row] ?? 0) - 1) + 0.1 * (2 * uniform(seed, row, 5) - 1),
  );
}

function pair(first: Float32Array, second: Float32Array): PairedTask {
  const labels = { meaning: valence.meaning, values: truth, weight: new Float32Array(rows).fill(1) };
  return { task: valence, labels, first, second };
}

const options = { draws: 400, seed: 3 };

describe("a comparison of two sides", () => {
  test("has their scores, and nothing between them where they say the same", () => {
    const same = predicted(0.3, 1);
    const [score] = compared([pair(same, same)], video, options);
    const { labels } = pair(same, same);
    expect(score?.first).toBe(scoreTask(valence.meaning, same, labels).score);
    expect(score).toMatchObject({ second: score?.first, difference: { from: 0, to: 0, above: 0.5 } });
  });

  test("finds what is better, and the same draws find the contrary the other way round", () => {
    const [good, bad] = [predicted(0.1, 1), predicted(1.5, 2)];
    const [score] = compared([pair(bad, good)], video, options);
    expect(score?.difference?.above).toBe(1);
    expect(score?.difference?.from).toBeGreaterThan(0);
    const [back] = compared([pair(good, bad)], video, options);
    expect(back?.difference?.from).toBeCloseTo(-(score?.difference?.to ?? Number.NaN), 12);
    expect(compared([pair(bad, good)], video, options)).toEqual([score]);
    expect(compared([pair(bad, good)], video, { ...options, seed: 4 })).not.toEqual([score]);
  });

  test("is as wide as videos are few: noise of a video is not averaged by its frames", () => {
    const [a, b] = [predicted(0.8, 1), predicted(0.8, 2)];
    const width = (by: Int32Array) => {
      const [score] = compared([pair(a, b)], by, options);
      return (score?.difference?.to ?? 0) - (score?.difference?.from ?? 0);
    };
    const frameByFrame = Int32Array.from({ length: rows }, (_, row) => row);
    expect(width(video)).toBeGreaterThan(2 * width(frameByFrame));
  });

  test("draws as many videos as there are, whole, and each about as often as another", () => {
    const own = rowsByVideo(video);
    expect(own.map(({ length }) => length)).toEqual(Array.from({ length: videos }, () => frames));
    const counts = new Array<number>(videos).fill(0);
    for (let draw = 0; draw < 500; draw += 1) {
      const drawn = drawnRows(own, 9, draw);
      expect(drawn.length).toBe(rows);
      for (let i = 0; i < drawn.length; i += frames) {
        const first = drawn[i] ?? 0;
        expect(Array.from(drawn.subarray(i, i + frames))).toEqual(Array.from({ length: frames }, (_, k) => first + k));
        counts[first / frames] = (counts[first / frames] ?? 0) + 1;
      }
    }
    // 500 of 6,000 draws each, give or take four standard deviations of 21.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(90);
  });

  test("has the middle 95 % of the draws", () => {
    const found = intervalOf(Array.from({ length: 101 }, (_, i) => i - 50));
    expect(found.from).toBeCloseTo(-47.5, 9);
    expect(found.to).toBeCloseTo(47.5, 9);
    expect(found.above).toBe(50.5 / 101);
  });
});

describe("rows that two sides are judged by", () => {
  const labelled = (frames: readonly (readonly number[])[], task: string, ...labels: readonly number[]) => {
    const values = Float32Array.from(labels);
    const column = { meaning: valence.meaning, values, weight: new Float32Array(labels.length).fill(1) };
    return { ...tableOf(frames), labels: new Map([[task, column]]) };
  };
  const own = labelled([[1, 2], [5]], "valence", 0, 0.5, 1);

  test("are the same whatever other tasks the data have, and whatever file says them", () => {
    expect(otherRows(own, { ...labelled([[1, 2], [5]], "valence", 0, 0.5, 1), file: "another.txt" })).toBeUndefined();
    expect(otherRows(own, labelled([[1, 2], [5]], "arousal", 1, 1, 1))).toBeUndefined();
  });

  test("differ in their number, a frame, or a label", () => {
    expect(otherRows(own, labelled([[1, 2]], "valence", 0, 0.5))).toBe("by 3 and 2 rows");
    expect(otherRows(own, labelled([[1, 2], [6]], "valence", 0, 0.5, 1))).toBe("by other rows: row 3 is another frame");
    expect(otherRows(own, labelled([[1, 2], [5]], "valence", 0, 0.4, 1))).toBe("by other labels of valence");
  });
});
