import { describe, expect, test } from "vitest";
import type { Schedule } from "../../compiler/lower/plan.ts";
import { scheduleValue } from "../../runtime/train/schedule-value.ts";

const calendar = { stepsPerEpoch: 10, totalSteps: 100 };
const valuesOf = (schedule: Schedule, steps: readonly number[]) =>
  steps.map((step) => scheduleValue(schedule, step, calendar));
const epoch = { unit: "epochs", value: 1 } as const;

describe("schedules", () => {
  test("cosine falls from the peak to its floor over the training", () => {
    const schedule: Schedule = { kind: "cosine", peak: 2, floor: 0.5, warmup: undefined };
    const [first, middle, last] = valuesOf(schedule, [0, 50, 100]);
    expect([first, middle, last]).toEqual([2, 1.25, 0.5]);
    expect(valuesOf(schedule, [25])[0]).toBeCloseTo(0.5 + (1.5 * (1 + Math.SQRT1_2)) / 2, 12);
  });

  test("warm-up rises linearly and is never 0; what follows begins at its end", () => {
    const schedule: Schedule = { kind: "cosine", peak: 1, floor: 0, warmup: epoch };
    expect(valuesOf(schedule, [0, 4, 9, 10])).toEqual([0.1, 0.5, 1, 1]);
  });

  test("step falls by its factor every so often, exponential smoothly", () => {
    const step: Schedule = {
      kind: "step",
      peak: 1,
      factor: 0.1,
      every: { unit: "epochs", value: 2 },
      warmup: undefined,
    };
    expect(valuesOf(step, [0, 19, 20, 40])).toEqual([1, 1, 0.1, 0.1 ** 2]);
    const exponential: Schedule = { ...step, kind: "exponential" };
    expect(valuesOf(exponential, [10])[0]).toBeCloseTo(Math.sqrt(0.1), 12);
  });

  test("a ramp ends where it should and stays; a scaled schedule is a multiple", () => {
    const ramp: Schedule = { kind: "ramp", start: 0, end: 1, over: epoch };
    expect(valuesOf(ramp, [0, 5, 10, 50])).toEqual([0, 0.5, 1, 1]);
    expect(valuesOf({ kind: "scaled", factor: 3, schedule: ramp }, [5])).toEqual([1.5]);
  });
});
