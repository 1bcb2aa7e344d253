import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { Augmentation } from "../../compiler/lower/plan-augment.ts";
import { DataError } from "../../runtime/data/data-error.ts";
import { applyChange, drawChange } from "../../runtime/data/images/augment.ts";
import { decodeImage } from "../../runtime/data/images/decode.ts";
import { Sampler, samePlace } from "../../runtime/data/images/sampler.ts";
import { tolerances } from "../tolerances.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const side = 16;
/** Red grows to the right, green to the bottom. */
const gradient = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
  const [row, column] = [Math.floor(i / (3 * side)), Math.floor(i / 3) % side];
  return [column * 16, row * 16, 77][i % 3] ?? 0;
});

function augmented(augmentations: readonly Augmentation[], words: readonly number[] = [1, 2, 3]): Uint8Array {
  const target = new Uint8Array(gradient.length);
  const picture = { pixels: gradient, width: side, height: side };
  applyChange(new Sampler(side), picture, drawChange(augmentations, words), target, 0);
  return target;
}

const pixel = (image: Uint8Array, row: number, column: number) =>
  Array.from(image.slice((row * side + column) * 3, (row * side + column) * 3 + 3));

describe("augmentation", () => {
  test("of nothing leaves an image as it is", () => {
    expect(augmented([])).toEqual(gradient);
    expect(augmented([{ kind: "flip", probability: 0 }])).toEqual(gradient);
  });

  test("flips from left to right", () => {
    const flipped = augmented([{ kind: "flip", probability: 1 }]);
    for (let column = 0; column < side; column += 1) {
      expect(pixel(flipped, 5, column)).toEqual(pixel(gradient, 5, side - 1 - column));
    }
  });

  test("crops a part of the area that was asked for, and fills the frame with it", () => {
    const cropped = augmented([{ kind: "crop", area: [0.25, 0.25] }]);
    const spread = (pixel(cropped, 8, side - 1)[0] ?? 0) - (pixel(cropped, 8, 0)[0] ?? 0);
    expect(spread).toBeGreaterThan(100);
    expect(spread).toBeLessThan(130);
  });

  test("rotates about the middle by no more than was asked for", () => {
    const turned = augmented([{ kind: "rotate", degrees: 10 }]);
    expect(turned).not.toEqual(gradient);
    const middle = (image: Uint8Array) => pixel(image, 8, 8)[0] ?? 0;
    expect(Math.abs(middle(turned) - middle(gradient))).toBeLessThanOrEqual(8);
  });

  test("takes what is smaller than a frame from its own pixels, in one pass", () => {
    const small = { pixels: gradient, width: side, height: side };
    const large = new Sampler(24);
    const [found, expected] = [new Uint8Array(3 * 24 * 24), new Uint8Array(3 * 24 * 24)];
    applyChange(large, small, drawChange([{ kind: "flip", probability: 1 }], [1]), found, 0);
    large.sample(small, [-1, 0, 0, 1, 0, 0], undefined, expected, 0);
    expect(found).toEqual(expected);
    applyChange(large, small, drawChange([], [1]), found, 0);
    large.sample(small, samePlace, undefined, expected, 0);
    expect(found).toEqual(expected);
    applyChange(large, small, [{ kind: "erase", area: { height: 0.5, width: 0.5, down: 0, right: 0 } }], found, 0);
    const kept = (_: number, i: number) => Math.floor(i / 72) >= 12;
    expect(found.filter(kept)).toEqual(expected.filter(kept));
    expect(found).not.toEqual(expected);
  });

  test("jitters colours and stays within bytes", () => {
    const jittered = augmented([{ kind: "jitter", amount: 0.9 }]);
    expect(jittered).not.toEqual(gradient);
  });

  test("is a function of the seed and the place alone", () => {
    const all: readonly Augmentation[] = [
      { kind: "flip", probability: 0.5 },
      { kind: "crop", area: [0.8, 1] },
      { kind: "rotate", degrees: 10 },
      { kind: "jitter", amount: 0.2 },
    ];
    expect(augmented(all, [4, 5])).toEqual(augmented(all, [4, 5]));
    expect(augmented(all, [4, 5])).not.toEqual(augmented(all, [4, 6]));
  });
});

describe("decoding", () => {
  const place = (folder: string, image: string) => ({ folder, image, file: "rows.txt", line: 7, video: "12" });
  const make = async (folder: string, name: string, channels: 1 | 3, format: "jpeg" | "png") => {
    const pixels = Buffer.alloc(20 * 10 * channels, 128);
    writeFileSync(
      join(folder, name),
      await sharp(pixels, { raw: { width: 20, height: 10, channels } })
        [format]()
        .toBuffer(),
    );
  };

  test.each([
    ["colour JPEG", 3, "jpeg"],
    ["grey JPEG", 1, "jpeg"],
    ["PNG", 3, "png"],
    ["grey PNG", 1, "png"],
  ] as const)(
    "reads a %s in three channels, what is larger than was asked for at that size",
    async (_, channels, format) => {
      const folder = temporaryFolder();
      await make(folder, "a.img", channels, format);
      const read = await decodeImage(place(folder, "a.img"), 8);
      expect([read.width, read.height, read.pixels.length]).toEqual([8, 8, 8 * 8 * 3]);
      const whole = await decodeImage(place(folder, "a.img"), 24);
      expect([whole.width, whole.height]).toEqual([20, 10]);
      expect(read.pixels.every((value) => Math.abs(value - 128) <= 2)).toBe(true);
    },
  );

  test.each([
    ["that is missing", "none.jpg", "is missing"],
    ["that leaves the folder", "../rows.jpg", "leaves the folder"],
    ["that is no picture", "text.jpg", "neither JPEG nor PNG"],
    ["that is cut short", "short.jpg", "cannot be read"],
  ])("refuses an image %s, with file, line and video", async (_, name, reason) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "text.jpg"), "<svg/>");
    await make(folder, "whole.jpg", 3, "jpeg");
    writeFileSync(join(folder, "short.jpg"), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]));
    const refused = decodeImage(place(folder, name), 8);
    await expect(refused).rejects.toThrow(DataError);
    await expect(decodeImage(place(folder, name), 8)).rejects.toThrow(reason);
    await expect(decodeImage(place(folder, name), 8)).rejects.toThrow(/rows\.txt:7.*video 12/);
  });
});

describe("sampling", () => {
  const [width, height, frame] = [5, 4, 7];
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 89) % 256);
  const map = [0.8, -0.3, 0.4, 1.1, 0.05, -0.1] as const;

  /** The definition, in double precision. */
  function expected(row: number, column: number, channel: number): number {
    const [a, b, c, d, x0, y0] = map;
    const [u, v] = [(column + 0.5) / frame - 0.5, (row + 0.5) / frame - 0.5];
    const x = Math.min(width - 1, Math.max(0, (a * u + b * v + x0 + 0.5) * width - 0.5));
    const y = Math.min(height - 1, Math.max(0, (c * u + d * v + y0 + 0.5) * height - 0.5));
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const at = (r: number, k: number) =>
      pixels[3 * (Math.min(r, height - 1) * width + Math.min(k, width - 1)) + channel] ?? Number.NaN;
    const along = (r: number) => at(r, left) * (left + 1 - x) + at(r, left + 1) * (x - left);
    return along(top) * (top + 1 - y) + along(top + 1) * (y - top);
  }

  test.each([
    ["its own colours", undefined],
    ["mixed colours", { own: 1.4, grey: -0.6, constant: 20 }],
  ] as const)("is between four pixels, edges continued, in %s", (_, mixing) => {
    const target = new Uint8Array(3 * frame * frame + 2);
    new Sampler(frame).sample({ pixels, width, height }, map, mixing, target, 1);
    expect([target[0], target.at(-1)]).toEqual([0, 0]);
    const { own, grey, constant } = mixing ?? { own: 1, grey: 0, constant: 0 };
    for (let i = 0; i < frame * frame; i += 1) {
      const [row, column] = [Math.floor(i / frame), i % frame];
      const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((channel) => expected(row, column, channel));
      const lightness = 0.299 * red + 0.587 * green + 0.114 * blue;
      [red, green, blue].forEach((value, channel) => {
        const wanted = Math.min(255, Math.max(0, own * value + grey * lightness + constant));
        expect(Math.abs((target[1 + 3 * i + channel] ?? Number.NaN) - wanted)).toBeLessThan(0.5 + tolerances.sampling);
      });
    }
  });

  test("leaves a frame of its size as it is", () => {
    const target = new Uint8Array(gradient.length);
    new Sampler(side).sample({ pixels: gradient, width: side, height: side }, samePlace, undefined, target, 0);
    expect(target).toEqual(gradient);
  });

  test("knows the mean lightness", () => {
    const mean = Array.from({ length: width * height }, (_, i) =>
      [0.299, 0.587, 0.114].reduce((sum, share, channel) => sum + share * (pixels[3 * i + channel] ?? 0), 0),
    ).reduce((sum, value) => sum + value / (width * height), 0);
    expect(new Sampler(frame).lightness({ pixels, width, height })).toBeCloseTo(mean, 9);
  });

  test("takes no picture larger than its frames", () => {
    const sampler = new Sampler(4);
    expect(() => sampler.lightness({ pixels, width, height })).toThrow(/5 × 4/);
  });
});
