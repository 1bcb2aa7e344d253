import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, onTestFinished, test } from "vitest";
import { clipWindows } from "../../runtime/data/clips/clip-windows.ts";
import { BatchLoader } from "../../runtime/data/loader/batch-loader.ts";
import { ImageError, ImageSource } from "../../runtime/data/loader/image-source.ts";
import { tableOf } from "./small-table.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const meaning = { kind: "scalar", min: -1, max: 1 } as const;

/** Ten frames of a video whose grey is their number, and labels for all but the third. */
async function opened(options: { readonly broken?: boolean; readonly skipBad?: boolean } = {}) {
  const folder = temporaryFolder();
  const plain = tableOf([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]);
  await mkdir(join(folder, "v"));
  for (let frame = 1; frame <= 10; frame += 1) {
    const shade = { r: frame * 20, g: frame * 20, b: frame * 20 };
    await sharp({ create: { width: 8, height: 8, channels: 3, background: shade } })
      .png()
      .toFile(join(folder, "v", `${frame}.png`));
  }
  if (options.broken === true) writeFileSync(join(folder, "v", "5.png"), "no picture");
  const values = Float32Array.from({ length: 10 }, (_, i) => i / 10);
  const weight = Float32Array.from({ length: 10 }, (_, i) => Number(i !== 2));
  const table = {
    ...plain,
    image: Array.from(plain.frame, (frame) => `v/${frame}.png`),
    labels: new Map([["valence", { meaning, values, weight }]]),
  };
  const images = new ImageSource(table, {
    folders: [folder],
    size: 4,
    augment: [{ kind: "jitter", amount: 0.5 }],
    seed: 3,
    skipBad: options.skipBad === true,
  });
  onTestFinished(() => images.close());
  const rows = Int32Array.from({ length: 10 }, (_, i) => i);
  const windows = clipWindows(table, { length: 4, hop: 4, by: "rows", pad: "repeat", gap: undefined }, rows);
  const feature = { shape: [2], values: Float32Array.from({ length: 20 }, (_, i) => i) };
  const sources = {
    table,
    windows,
    time: true,
    images: new Map([["image", images]]),
    features: new Map([["other", feature]]),
    tasks: [{ name: "valence", meaning }],
    pad: "repeat",
  } as const;
  const loader = (training: boolean, weights?: Float64Array) =>
    new BatchLoader(sources, { batch: 2, seed: 3, training, fixedSize: training, weights });
  return { loader };
}

const numbersOf = (
  batch: { readonly feeds: ReadonlyMap<string, { readonly data: ArrayLike<number | bigint> }> },
  name: string,
) => Array.from(batch.feeds.get(name)?.data ?? [], Number);

describe("batches", () => {
  test("have labels, masks, features and pictures of the same rows, and masks of 0 where there is padding", async () => {
    const { loader } = await opened();
    const batches = loader(false);
    const [first, second] = [await batches.at(0, 0), await batches.at(0, 1)];
    expect(Array.from(first.rows)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(Array.from(second.rows)).toEqual([8, 9, -1, -1]);
    expect(numbersOf(first, "valence.mask")).toEqual([1, 1, 0, 1, 1, 1, 1, 1]);
    expect(numbersOf(second, "valence.mask")).toEqual([1, 1, 0, 0]);
    expect(numbersOf(second, "present")).toEqual([1, 1, 0, 0]);
    // Padding shows the last frame.
    expect(numbersOf(second, "other")).toEqual([16, 17, 18, 19, 18, 19, 18, 19]);
    const shades = numbersOf(second, "image").filter((_, i) => i % 48 === 0);
    expect(shades).toEqual([180, 200, 200, 200]);
  });

  test("are functions of seed, epoch and place, whatever was asked before; an epoch has every window once", async () => {
    const { loader } = await opened();
    const [one, other] = [loader(true), loader(true)];
    const later = await one.at(1, 1);
    await other.at(0, 0);
    await other.at(0, 1);
    await other.at(1, 0);
    const same = await other.at(1, 1);
    for (const name of ["image", "other", "valence.label"])
      expect(numbersOf(same, name)).toEqual(numbersOf(later, name));
    const epoch = [...(await loader(true).at(2, 0)).rows, ...(await loader(true).at(2, 1)).rows].filter(
      (row) => row >= 0,
    );
    expect(epoch.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(numbersOf(await loader(true).at(0, 0), "image")).not.toEqual(
      numbersOf(await loader(true).at(1, 0), "image"),
    );
  });

  test("that are drawn show a window as often as it is drawn, augmented anew each time", async () => {
    const { loader } = await opened();
    const onlySecond = () => loader(true, Float64Array.of(0, 1, 0));
    const batches = onlySecond();
    const [first, last] = [await batches.at(0, 0), await batches.at(0, 1)];
    expect([...first.rows, ...last.rows]).toEqual([4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, -1, -1, -1, -1]);
    const clips = [first, last].flatMap((batch) => {
      const pictures = numbersOf(batch, "image");
      return [pictures.slice(0, 4 * 48), pictures.slice(4 * 48)];
    });
    expect(new Set(clips.slice(0, 3).map(String)).size).toBe(3);
    expect(numbersOf(await onlySecond().at(0, 1), "image")).toEqual(numbersOf(last, "image"));
  });

  test("refuse an unreadable picture with its place, or show black and teach nothing from it", async () => {
    const refusing = (await opened({ broken: true })).loader(false);
    await expect(refusing.at(0, 0)).rejects.toThrow(ImageError);
    const skipping = await (await opened({ broken: true, skipBad: true })).loader(false).at(0, 0);
    expect(numbersOf(skipping, "valence.mask")).toEqual([1, 1, 0, 1, 0, 1, 1, 1]);
    expect(
      numbersOf(skipping, "image")
        .slice(4 * 48, 5 * 48)
        .every((value) => value === 0),
    ).toBe(true);
  });
});
