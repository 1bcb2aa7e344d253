import { describe, expect, test } from "vitest";
import type { Augmentation } from "../../compiler/lower/plan-augment.ts";
import { affineMap, applyChange, type Change, drawChange } from "../../runtime/data/images/augment.ts";
import { normalQuantiles } from "../../runtime/data/images/normal-quantiles.ts";
import { Sampler, samePlace } from "../../runtime/data/images/sampler.ts";
import reference from "../reference/images.json" with { type: "json" };
import { tolerances } from "../tolerances.ts";

const { side } = reference;
const source = Uint8Array.from(reference.source);

function changed(change: Change, frame = source): Uint8Array {
  const target = new Uint8Array(frame.length);
  applyChange(new Sampler(side), { pixels: frame, width: side, height: side }, change, target, 0);
  return target;
}

function augmented(augmentations: readonly Augmentation[], words: readonly number[] = [1, 2, 3]): Uint8Array {
  return changed(drawChange(augmentations, words));
}

const still = { kind: "move", map: samePlace, brightness: 1, contrast: 1, saturation: 1, hue: 0 } as const;

function furthest(found: Uint8Array, expected: readonly number[]): number {
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? Number.NaN))), 0);
}

describe("torchvision's bytes", () => {
  test.each(reference.hue)("for a hue turned by $turn", ({ turn, bytes }) => {
    expect(furthest(changed([{ ...still, hue: turn }]), bytes)).toBeLessThanOrEqual(tolerances.augmentedBytes);
  });

  test.each(["brightness", "contrast", "saturation"] as const)("for %s", (kind) => {
    for (const { factor, bytes } of reference[kind])
      expect(furthest(changed([{ ...still, [kind]: factor }]), bytes)).toBeLessThanOrEqual(tolerances.augmentedBytes);
  });

  test.each(reference.affine)("turned by $degrees, moved by $right and $down, scaled by $scale", (given) => {
    const { degrees, right, down, scale, bytes } = given;
    const map = affineMap(degrees, scale, right, down);
    expect(furthest(changed([{ ...still, map }]), bytes)).toBeLessThanOrEqual(tolerances.augmentedBytes);
  });

  test("has scipy's quantiles of the normal distribution", () => {
    reference.quantiles.places.forEach((place, i) => {
      const expected = reference.quantiles.values[i] ?? Number.NaN;
      expect(Math.abs((normalQuantiles()[place] ?? Number.NaN) - expected)).toBeLessThan(tolerances.quantiles);
    });
  });
});

const frames = Array.from({ length: 400 }, (_, frame) => [7, 0, frame]);

describe("a share", () => {
  test.each([
    { kind: "rotate", degrees: 10, share: 0.3 },
    { kind: "jitter", amount: 0.2, share: 0.3 },
    { kind: "affine", rotate: 10, shift: 0.1, scale: [0.9, 1.1], share: 0.3 },
  ] as const)("of frames is changed by $kind", (augmentation) => {
    const count = frames.filter((words) => drawChange([augmentation], words).length > 0).length;
    // Four deviations of a binomial count: √(400 · 0.3 · 0.7) = 9.2.
    expect(Math.abs(count - 120)).toBeLessThan(37);
  });

  test("draws the same change as without", () => {
    const always = { kind: "jitter", amount: 0.2, hue: 0.1 } as const;
    for (const words of frames.slice(0, 20)) {
      const some = drawChange([{ ...always, share: 0.5 }], words);
      if (some.length > 0) expect(some).toEqual(drawChange([always], words));
    }
  });
});

describe("jitter", () => {
  test("of contrast alone, saturation alone or hue alone changes nothing else", () => {
    for (const words of frames.slice(0, 50)) {
      const [contrast] = drawChange([{ kind: "jitter", amount: 0, contrast: 0.5 }], words);
      expect(contrast).toEqual({ ...still, contrast: expect.any(Number) });
      expect(contrast?.kind === "move" ? Math.abs(contrast.contrast - 1) : 9).toBeLessThanOrEqual(0.5);
      const [hue] = drawChange([{ kind: "jitter", amount: 0, hue: 0.1 }], words);
      expect(hue).toEqual({ ...still, hue: expect.any(Number) });
      expect(hue?.kind === "move" ? Math.abs(hue.hue) : 9).toBeLessThanOrEqual(0.1);
    }
  });

  test("turns colours after those before it, and a move goes into the same pass", () => {
    const hue = { kind: "jitter", amount: 0.2, hue: 0.1 } as const;
    expect(drawChange([hue, { kind: "rotate", degrees: 9 }], [1]).length).toBe(1);
    expect(drawChange([hue, { kind: "jitter", amount: 0.2 }], [1]).length).toBe(2);
  });
});

describe("erase", () => {
  const shares = frames.map((words) => {
    const found = augmented([{ kind: "erase", probability: 0.5 }], words);
    const touched = Array.from({ length: side * side }, (_, i) => i).filter((i) =>
      [0, 1, 2].some((channel) => found[3 * i + channel] !== source[3 * i + channel]),
    );
    return { found, touched };
  });

  test("happens with its probability, to a rectangle of 2 to 33 % of the frame", () => {
    const erased = shares.filter(({ touched }) => touched.length > 0);
    expect(Math.abs(erased.length - 200)).toBeLessThan(40);
    for (const { touched } of erased) {
      const rows = touched.map((i) => Math.floor(i / side));
      const columns = touched.map((i) => i % side);
      const [height, width] = [rows, columns].map((all) => Math.max(...all) - Math.min(...all) + 1);
      // A pixel that has the mean colour already looks untouched.
      expect(touched.length).toBeGreaterThan(0.9 * (height ?? 0) * (width ?? 0));
      // Sides are rounded to pixels.
      expect((height ?? 0) * (width ?? 0)).toBeLessThanOrEqual(0.33 * side * side + side);
    }
  });

  test("leaves the frame's mean colour there", () => {
    const mean = [0, 1, 2].map((channel) =>
      Math.round(source.filter((_, i) => i % 3 === channel).reduce((sum, value) => sum + value, 0) / (side * side)),
    );
    const filled = shares.every(({ found, touched }) =>
      touched.every((i) => mean.every((colour, channel) => found[3 * i + channel] === colour)),
    );
    expect(filled).toBe(true);
  });

  test("is moved by what comes after it, not by what came before", () => {
    const erase = { kind: "erase", probability: 1 } as const;
    expect(drawChange([erase, { kind: "rotate", degrees: 9 }], [1]).map(({ kind }) => kind)).toEqual(["erase", "move"]);
    expect(augmented([{ kind: "flip", probability: 1 }, erase])).not.toEqual(
      augmented([erase, { kind: "flip", probability: 1 }]),
    );
  });
});

describe("noise", () => {
  const noisy = (deviation: number, words: readonly number[]) =>
    changed(
      drawChange([{ kind: "noise", deviation: { kind: "constant", value: deviation, warmup: undefined } }], words, {
        strengths: [deviation],
      }),
      new Uint8Array(source.length).fill(128),
    );

  test("is normal of the deviation that its schedule has now", () => {
    const values = frames.slice(0, 100).flatMap((words) => [...noisy(0.05, words)].map((value) => value - 128));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const moment = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
    const deviation = Math.sqrt(moment(2));
    const standardError = (255 * 0.05) / Math.sqrt(values.length);
    expect(Math.abs(mean)).toBeLessThan(5 * standardError);
    // Rounding to bytes adds a variance of 1/12.
    expect(deviation).toBeCloseTo(Math.sqrt((255 * 0.05) ** 2 + 1 / 12), 0);
    // The fourth moment of a normal distribution is three times the square of the second.
    expect(moment(4) / deviation ** 4).toBeGreaterThan(2.9);
    expect(moment(4) / deviation ** 4).toBeLessThan(3.1);
  });

  test("is another for each frame and value, the same each time, and none once its schedule is at 0", () => {
    expect(noisy(0.05, [1])).toEqual(noisy(0.05, [1]));
    expect(noisy(0.05, [1])).not.toEqual(noisy(0.05, [2]));
    const values = noisy(0.05, [1]);
    const beside = Array.from(values, (value, i) => (value - 128) * ((values[i + 1] ?? 128) - 128));
    expect(Math.abs(beside.reduce((sum, each) => sum + each, 0) / beside.length) / (255 * 0.05) ** 2).toBeLessThan(
      0.15,
    );
    expect(noisy(0, [1]).every((value) => value === 128)).toBe(true);
  });

  test("stays within bytes", () => {
    const bright = changed([{ kind: "noise", deviation: 0.5, seed: 3 }], new Uint8Array(source.length).fill(250));
    expect(bright.some((value) => value === 255)).toBe(true);
    expect(bright.filter((value) => value < 128).length).toBeLessThan(bright.length / 2);
  });
});

describe("one draw for a clip", () => {
  const flip: Augmentation = { kind: "flip", probability: 0.5, per: "clip" };
  const jitter: Augmentation = { kind: "jitter", amount: 0.5 };

  test("is the same for all of its frames, beside what is drawn for each", () => {
    for (const clip of [[1], [2], [3], [4]]) {
      const changes = [10, 11, 12].map((frame) => drawChange([flip, jitter], [7, frame], { clip }));
      const maps = changes.map(([pass]) => (pass?.kind === "move" ? pass.map : undefined));
      expect(new Set(maps.map(String)).size).toBe(1);
      const colours = changes.map(([pass]) => (pass?.kind === "move" ? pass.brightness : undefined));
      expect(new Set(colours).size).toBe(3);
    }
    const flipped = frames.filter((clip) => drawChange([flip], [7, 1], { clip }).length > 0).length;
    expect(Math.abs(flipped - 200)).toBeLessThan(40);
  });
});
