import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { Augmentation } from "../../compiler/lower/plan.ts";
import { DataError } from "../../runtime/data/data-error.ts";
import { applyChange, drawChange } from "../../runtime/data/images/augment.ts";
import { decodeImage } from "../../runtime/data/images/decode.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const side = 16;
/** Red grows to the right, green to the bottom. */
const gradient = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
  const [row, column] = [Math.floor(i / (3 * side)), Math.floor(i / 3) % side];
  return [column * 16, row * 16, 77][i % 3] ?? 0;
});

function augmented(augmentations: readonly Augmentation[], words: readonly number[] = [1, 2, 3]): Uint8Array {
  const target = new Uint8Array(gradient.length);
  applyChange(gradient, side, drawChange(augmentations, words), target, 0);
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
  ] as const)("reads a %s at the size that was asked for, in three channels", async (_, channels, format) => {
    const folder = temporaryFolder();
    await make(folder, "a.img", channels, format);
    const pixels = await decodeImage(place(folder, "a.img"), 8);
    expect(pixels.length).toBe(8 * 8 * 3);
    expect(pixels.every((value) => Math.abs(value - 128) <= 2)).toBe(true);
  });

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
