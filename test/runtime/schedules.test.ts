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

  test("step falls by its factor every so often", () => {
    const step: Schedule = {
      kind: "step",
      peak: 1,
      factor: 0.1,
      every: { unit: "epochs", value: 2 },
      warmup: undefined,
    };
    expect(valuesOf(step, [0, 19, 20, 40])).toEqual([1, 1, 0.1, 0.1 ** 2]);
  });

  test("a ramp ends where it should and stays; a scaled schedule is a multiple", () => {
    const ramp: Schedule = { kind: "ramp", start: 0, end: 1, over: epoch };
    expect(valuesOf(ramp, [0, 5, 10, 50])).toEqual([0, 0.5, 1, 1]);
    expect(valuesOf({ kind: "scaled", factor: 3, schedule: ramp }, [5])).toEqual([1.5]);
  });

  test("each value of a piecewise one from its time on; a sum adds", () => {
    const piecewise: Schedule = {
      kind: "piecewise",
      values: [1, 2, 5],
      at: [0, 1, 3].map((value) => ({ unit: "epochs", value })),
    };
    expect(valuesOf(piecewise, [0, 9, 10, 29, 30, 99])).toEqual([1, 1, 2, 2, 5, 5]);
    const one: Schedule = { kind: "constant", value: 1, warmup: undefined };
    const rest: Schedule = { kind: "sum", left: one, right: { kind: "scaled", factor: -0.2, schedule: piecewise } };
    expect(valuesOf(rest, [0, 10])).toEqual([0.8, 0.6]);
  });

  test("each value of a piecewise one from its time on; a sum adds", () => {
    const piecewise: Schedule = {
      kind: "piecewise",
      values: [1, 2, 5],
      at: [0, 1, 3].map((value) => ({ unit: "epochs", value })),
    };
    expect(valuesOf(piecewise, [0, 9, 10, 29, 30, 99])).toEqual([1, 1, 2, 2, 5, 5]);
    const one: Schedule = { kind: "constant", value: 1, warmup: undefined };
    const rest: Schedule = { kind: "sum", left: one, right: { kind: "scaled", factor: -0.2, schedule: piecewise } };
    expect(valuesOf(rest, [0, 10])).toEqual([0.8, 0.6]);
  });
});
