import { describe, expect, test } from "vitest";
import type { MixPlan } from "../../compiler/lower/plan.ts";
import { beta } from "../../runtime/data/loader/beta.ts";
import type { DrawnBatch } from "../../runtime/data/loader/drawn-batch.ts";
import { hideFields } from "../../runtime/data/loader/hide-fields.ts";
import { mixBatch } from "../../runtime/data/loader/mix-batch.ts";
import type { Tensor } from "../../runtime/engines/engine.ts";
import { planOf } from "../plan-of.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

/** scipy.stats.beta(α, α).cdf(x), SciPy 1.17.1. */
const distributions = [
  { alpha: 0.1, at: [0.001, 0.1, 0.5, 0.9], below: [0.2542417, 0.4063851, 0.5, 0.5936149] },
  { alpha: 0.2, at: [0.001, 0.1, 0.5, 0.9], below: [0.1322013, 0.3366898, 0.5, 0.6633102] },
  { alpha: 1, at: [0.001, 0.1, 0.5, 0.9], below: [0.001, 0.1, 0.5, 0.9] },
  { alpha: 4, at: [0.1, 0.3, 0.5, 0.9], below: [0.002728, 0.126036, 0.5, 0.997272] },
];

test.each(distributions)("shares follow Beta($alpha, $alpha)", ({ alpha, at, below }) => {
  const draws = Array.from({ length: 20_000 }, (_, i) => beta(alpha, 5, i));
  at.forEach((limit, i) => {
    const part = draws.filter((draw) => draw < limit).length / draws.length;
    expect(Math.abs(part - (below[i] ?? 0)), `below ${limit}`).toBeLessThan(tolerances.drawnShares);
  });
  expect(draws.every((draw) => draw >= 0 && draw <= 1)).toBe(true);
});

const [windows, size, length] = [5, 6, 2];

function floats(width: number, value: (window: number, i: number) => number, timed = true): Tensor {
  const shape = timed ? [size, length, width] : [size, width];
  const count = timed ? length * width : width;
  const data = Float32Array.from({ length: size * count }, (_, i) => value(Math.floor(i / count), i % count));
  return { dtype: "float32", shape, data };
}

const side = 8;

/** Six clips of two frames of which five count, each telling its number. */
function batch(): DrawnBatch {
  const pixels = 2 * side * side * 3;
  const image: Tensor = {
    dtype: "uint8",
    shape: [size, length, side, side, 3],
    data: Uint8Array.from({ length: size * pixels }, (_, i) => 10 * (1 + Math.floor(i / pixels))),
  };
  return {
    feeds: new Map<string, Tensor>([
      ["image", image],
      ["sound", floats(3, (window) => window + 1)],
      ["sound.present", floats(1, () => 1)],
      ["whole", floats(2, (window) => window + 1, false)],
      ["present", floats(1, (window, i) => (window === 1 && i === 1 ? 0 : 1))],
      ["au.label", floats(4, (window) => window)],
      ["au.mask", floats(4, (window, i) => (window === 2 && i < 4 ? 0 : 0.5))],
    ]),
    seed: 1,
    epoch: 2,
    index: 3,
    windows,
    length,
    rows: Int32Array.from({ length: size * length }, (_, i) => (i < windows * length ? i : -1)),
    draws: undefined,
    once: new Set(["whole"]),
  };
}

const numbers = (found: DrawnBatch, name: string) => Array.from(found.feeds.get(name)?.data ?? [], Number);

describe.each([[{ kind: "mixup", alpha: 1 }], [{ kind: "cutmix", alpha: 1 }]] satisfies [MixPlan][])("%o", (rule) => {
  const before = batch();
  const after = mixBatch(before, [rule]);
  // Two unknowns of each window, from what has two different numbers: whom it is mixed with, and how much of itself is left.
  const labels = numbers(after, "au.label");
  const inputs = numbers(after, "sound");
  const masks = numbers(after, "au.mask");
  const shares = Array.from({ length: windows }, (_, window) => {
    const mean = (inputs[window * 6] ?? 0) - 1;
    const others = Array.from({ length: windows }, (_, other) => other).filter((other) => other !== window);
    return others.map((other) => ({ other, share: (mean - other) / (window - other) }));
  });

  test("shares fields and labels out alike, all of a window", () => {
    for (let window = 0; window < windows; window += 1) {
      expect(new Set(inputs.slice(window * 6, (window + 1) * 6)).size).toBe(1);
      expect(labels[window * 8]).toBeCloseTo((inputs[window * 6] ?? 0) - 1, 5);
      expect(numbers(after, "whole")[window * 2]).toBeCloseTo(inputs[window * 6] ?? 0, 5);
    }
  });

  test("leaves what one of two lacks missing, and multiplies weights", () => {
    const of = (window: number) => masks.slice(window * 8, (window + 1) * 8);
    expect(of(2).slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(of(2).slice(4)).toEqual([0.25, 0.25, 0.25, 0.25]);
    // One more window has the unlabelled one for the other.
    const lacking = [0, 1, 3, 4].filter((window) => of(window)[0] === 0);
    expect(lacking.length).toBe(1);
    const present = numbers(after, "present");
    expect(present.slice(0, 2 * windows).filter((value) => value === 0).length).toBe(2);
  });

  test("mixes pictures in the same proportion", () => {
    const pixels = numbers(after, "image");
    const each = 2 * side * side * 3;
    for (let window = 0; window < windows; window += 1) {
      const own = pixels.slice(window * each, (window + 1) * each);
      const mean = own.reduce((sum, value) => sum + value, 0) / each;
      expect(Math.abs(mean - 10 * (inputs[window * 6] ?? 0))).toBeLessThan(rule.kind === "mixup" ? 0.51 : 1e-3);
      expect(new Set(own).size).toBeLessThanOrEqual(rule.kind === "mixup" ? 1 : 2);
    }
    expect(shares.every((each) => each.some(({ share }) => share >= 0 && share <= 1))).toBe(true);
  });

  test("leaves alone what fills the batch up, and what it was made of", () => {
    for (const name of ["image", "sound", "au.label"]) {
      const part = numbers(before, name).length / size;
      expect(numbers(after, name).slice(-part)).toEqual(numbers(before, name).slice(-part));
    }
    expect(before.feeds.get("sound")).toEqual(batch().feeds.get("sound"));
  });

  test("draws anew for another batch", () => {
    expect(numbers(mixBatch({ ...batch(), index: 4 }, [rule]), "sound")).not.toEqual(inputs);
    expect(numbers(mixBatch(batch(), [rule]), "sound")).toEqual(inputs);
  });
});

test("one of several rules is drawn for a batch; a single window stays", () => {
  const rules: readonly MixPlan[] = [
    { kind: "mixup", alpha: 1 },
    { kind: "cutmix", alpha: 1 },
  ];
  const kinds = Array.from({ length: 60 }, (_, index) => {
    const pixels =
      mixBatch({ ...batch(), index }, rules)
        .feeds.get("image")
        ?.data.slice(0, 2 * side * side * 3) ?? [];
    return new Set(Array.from(pixels, Number)).size > 1 ? "cutmix" : "mixup";
  });
  expect(kinds.filter((kind) => kind === "cutmix").length).toBeGreaterThan(15);
  expect(kinds.filter((kind) => kind === "mixup").length).toBeGreaterThan(15);
  const alone = { ...batch(), windows: 1 };
  expect(mixBatch(alone, rules)).toBe(alone);
});

describe("hide", () => {
  const many = (per: "frame" | "clip", share: number) => {
    const found = Array.from({ length: 300 }, (_, epoch) =>
      hideFields({ ...batch(), epoch }, [{ fields: ["sound", "whole"], share, per }]),
    );
    return found.map((each) => ({
      sound: numbers(each, "sound").slice(0, windows * 6),
      present: numbers(each, "sound.present").slice(0, windows * 2),
      whole: numbers(each, "whole").slice(0, windows * 2),
      label: numbers(each, "au.label"),
    }));
  };

  test("takes fields together, with what says that they are there, in a share of the frames", () => {
    const found = many("frame", 0.3);
    const gone = found.flatMap(({ present }) => present).filter((value) => value === 0).length;
    expect(Math.abs(gone / (300 * windows * length) - 0.3)).toBeLessThan(tolerances.drawnShares);
    for (const { sound, present, whole, label } of found) {
      present.forEach((value, i) => {
        expect(sound.slice(i * 3, (i + 1) * 3).every((entry) => (entry === 0) === (value === 0))).toBe(true);
        if (i % length === 0) expect(whole[i] === 0).toBe(value === 0);
      });
      expect(label).toEqual(numbers(batch(), "au.label"));
    }
  });

  test("takes whole clips where it is said", () => {
    for (const { present } of many("clip", 0.5))
      for (let window = 0; window < windows; window += 1) expect(present[window * 2]).toBe(present[window * 2 + 1]);
  });
});

test("a training with both gives the same bytes when it is interrupted and resumed, and others than without", async () => {
  const spec = numberSpec.replaceAll("batch: ", "mix: [mixup(0.3)], augment: [hide([seen], share: 0.2)], batch: ");
  const root = drawnNumbers();
  const [plain, whole, stopped] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  await numberRun(root, plain).train();
  expect(await numberRun(root, whole, {}, spec).train()).toBe(true);
  for (const after of [3, 12, 25, 7]) {
    const interruption = new AbortController();
    let steps = 0;
    const watch = { ...silent, step: () => void (++steps === after && interruption.abort()) };
    await numberRun(root, stopped, { watch, signal: interruption.signal }, spec).train();
  }
  expect(await numberRun(root, stopped, {}, spec).train()).toBe(true);
  expect(writtenBy(stopped)).toEqual(writtenBy(whole));
  const others = new Set(writtenBy(plain).values());
  expect([...writtenBy(whole).values()].filter((text) => others.has(text))).toEqual([]);
});

test("they are in the plan and its hash where they are said, and nowhere else", () => {
  const [none, empty, mixed, hidden] = [
    "",
    "mix: [], ",
    "mix: [mixup(0.3)], ",
    "augment: [hide([seen], share: 0.2, per: clip)], ",
  ].map((more) => planOf(numberSpec.replaceAll("batch: ", `${more}batch: `)).stages[0]);
  expect(empty?.hash).toBe(none?.hash);
  expect(none !== undefined && ("mix" in none || "hide" in none)).toBe(false);
  expect(mixed?.mix).toEqual([{ kind: "mixup", alpha: 0.3 }]);
  expect(hidden?.hide).toEqual([{ fields: ["seen"], share: 0.2, per: "clip" }]);
  expect(new Set([none?.hash, mixed?.hash, hidden?.hash]).size).toBe(3);
});
