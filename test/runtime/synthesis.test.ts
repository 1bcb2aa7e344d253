import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function made(options: {
  readonly videos: number;
  readonly frames: number;
  readonly seed: number;
}): Promise<string> {
  const out = temporaryFolder();
  await synthesise({ out, size: 48, ...options });
  return out;
}

function digest(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
    hash.update(name);
    if (/\.\w+$/.test(name)) hash.update(readFileSync(join(folder, name)));
  }
  return hash.digest("hex");
}

describe("drawn data", () => {
  test("of the same seed have the same bytes, of another seed others", async () => {
    const options = { videos: 8, frames: 5, seed: 3 };
    const first = digest(await made(options));
    expect(digest(await made(options))).toBe(first);
    expect(digest(await made({ ...options, seed: 4 }))).not.toBe(first);
  });

  test("have the format, the gaps, the missing codes and the names of the real ones", async () => {
    const folder = await made({ videos: 16, frames: 60, seed: 1 });
    const lines = readFileSync(join(folder, "training_set_annotations.txt"), "utf8").trim().split("\n");
    expect(lines[0]).toBe("image,valence,arousal,expression,aus");
    const rows = lines.slice(1).map((line) => line.split(","));
    expect(rows.every((row) => row.length === 16)).toBe(true);
    const share = (is: (row: readonly string[]) => boolean) => rows.filter(is).length / rows.length;
    // Rates of the real training set: 0.36, 0.27, 0.27.
    expect(Math.abs(share((row) => row[3] === "-1") - 0.36)).toBeLessThan(0.08);
    expect(Math.abs(share((row) => row[4] === "-1") - 0.27)).toBeLessThan(0.08);
    expect(Math.abs(share((row) => row[1] === "-5") - 0.27)).toBeLessThan(0.08);
    expect(new Set(rows.map(([image]) => image)).size).toBeLessThan(rows.length);
    const videos = [...new Set(rows.map(([image]) => image?.split("/")[0] ?? ""))];
    expect(videos.some((a) => videos.some((b) => a !== b && b.startsWith(a)))).toBe(true);
    const frames = rows
      .filter(([image]) => image?.startsWith(`${videos[0]}/`))
      .map(([image]) => Number(image?.slice(-9, -4)));
    expect(frames.some((frame, i) => frame - (frames[i - 1] ?? frame) > 1)).toBe(true);
    const validation = readFileSync(join(folder, "validation_set_annotations.txt"), "utf8");
    for (const video of videos) expect(validation).not.toContain(`\n${video}/`);
    expect(rows.every(([image]) => existsSync(join(folder, "cropped_aligned", image ?? "")))).toBe(true);
    expect(readFileSync(join(folder, "SYNTHETIC.md"), "utf8")).toContain("No person is shown");
  });

  test("show the same face in another expression, and another face in another video", async () => {
    const folder = await made({ videos: 4, frames: 30, seed: 1 });
    const images = readdirSync(join(folder, "cropped_aligned"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".jpg"))
      .toSorted();
    const pixels = await Promise.all(
      images.map((name) =>
        sharp(join(folder, "cropped_aligned", name))
          .raw()
          .toBuffer(),
      ),
    );
    expect(new Set(pixels.map((each) => createHash("sha256").update(each).digest("hex"))).size).toBeGreaterThan(
      images.length * 0.8,
    );
  });
});
