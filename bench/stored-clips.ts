import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { uniform } from "../runtime/data/loader/random.ts";

const videos = 64;
const frames = 200;
const side = 16;

export const annotations = "training_set_annotations.txt";

/** Writes 12,800 frames of noise in the format of s-Aff-Wild2, all labels there: 640 clips of 20, or 20 batches of 32 clips. */
export async function writeClips(folder: string): Promise<void> {
  const lines = ["image,valence,arousal,expression,aus"];
  for (let video = 0; video < videos; video += 1) {
    mkdirSync(join(folder, "cropped_aligned", String(video)), { recursive: true });
    for (let frame = 1; frame <= frames; frame += 1) {
      const image = `${video}/${String(frame).padStart(5, "0")}.jpg`;
      const draw = (k: number) => uniform(1, video, frame, k);
      const pixels = Uint8Array.from({ length: 3 * side * side }, (_, k) => 256 * draw(100 + k));
      const raw = { width: side, height: side, channels: 3 } as const;
      writeFileSync(join(folder, "cropped_aligned", image), await sharp(pixels, { raw }).jpeg().toBuffer());
      const affect = [0, 1].map((k) => (2 * draw(k) - 1).toFixed(3));
      const units = Array.from({ length: 12 }, (_, k) => Number(draw(3 + k) < 0.3));
      lines.push([image, ...affect, Math.floor(8 * draw(2)), ...units].join(","));
    }
  }
  writeFileSync(join(folder, annotations), `${lines.join("\n")}\n`);
}
