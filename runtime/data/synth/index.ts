import { mkdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { drawnName, drawnPart } from "../../../compiler/library/drawn-videos.ts";
import { sAffWild2 } from "../../../compiler/library/s-aff-wild2.ts";
import { uniform } from "../loader/random.ts";
import { drawFace, identityOf } from "./face.ts";
import { type Moment, perform } from "./performance.ts";

export interface SynthesisOptions {
  readonly out: string;
  readonly videos: number;
  /** Annotated frames of each video. */
  readonly frames: number;
  readonly seed: number;
  /** Side of a picture; the real ones have 112. */
  readonly size?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

type Part = "train" | "val" | "test";

/** Shares of labels that the real training and validation sets lack (rows without expression, without units, without valence). */
const missing: Readonly<
  Record<Part, { readonly expression: number; readonly units: number; readonly affect: number }>
> = {
  train: { expression: 0.36, units: 0.27, affect: 0.27 },
  val: { expression: 0.42, units: 0, affect: 0 },
  test: { expression: 1, units: 1, affect: 1 },
};
/** 142,382 rows of the real training set are 141,431 frames. */
const duplicateShare = 951 / 142_382;
const activeFrom = 0.35;
const workers = 4;

/**
 * Draws a database in the format of s-Aff-Wild2: annotation files, a test list, and `cropped_aligned/<video>/<frame>.jpg`. Videos are
 * disjoint between parts, sparse in frames, and some names begin another's. The same options give the same bytes.
 */
export async function synthesise(options: SynthesisOptions): Promise<void> {
  const { out, videos, frames, seed, size = 112, onProgress } = options;
  const lines: Record<Part, string[]> = { train: [], val: [], test: [] };
  const pictures: { readonly file: string; readonly svg: string }[] = [];
  for (let video = 0; video < videos; video += 1) {
    const part = drawnPart(video);
    const name = drawnName(video);
    const who = identityOf(seed, video);
    const places = framesOf(seed, video, frames);
    const moments = perform(seed, video, (places.at(-1) ?? 0) + 1);
    mkdirSync(join(out, "cropped_aligned", name), { recursive: true });
    places.forEach((frame, row) => {
      const moment = moments[frame - 1];
      if (moment === undefined) return;
      const image = `${name}/${String(frame).padStart(5, "0")}.jpg`;
      const sway = (k: number) => Math.sin(frame * 0.06 + 6 * uniform(seed, video, k, 9));
      const svg = drawFace(who, moment.units, { x: 1.5 * sway(0), y: 1.2 * sway(1), turn: 2.5 * sway(2) }, size);
      pictures.push({ file: join(out, "cropped_aligned", image), svg });
      const line =
        part === "test"
          ? `${image},`
          : [image, ...labelsOf(moment, part, (k) => uniform(seed, video, frame, k))].join(",");
      lines[part].push(line);
      if (part !== "test" && uniform(seed, video, row, 11) < duplicateShare) lines[part].push(line);
    });
  }
  let next = 0;
  let done = 0;
  const draw = async () => {
    for (let picture = pictures[next++]; picture !== undefined; picture = pictures[next++]) {
      await writeFile(picture.file, await sharp(Buffer.from(picture.svg)).jpeg({ quality: 88 }).toBuffer());
      done += 1;
      onProgress?.(done, pictures.length);
    }
  };
  await Promise.all(Array.from({ length: workers }, draw));
  const header = "image,valence,arousal,expression,aus";
  const write = (file: string, rows: readonly string[]) =>
    writeFileSync(join(out, file), `${[header, ...rows].join("\n")}\n`);
  write("training_set_annotations.txt", lines.train);
  write("validation_set_annotations.txt", lines.val);
  write("MTL.txt", lines.test);
  writeFileSync(
    join(out, "SYNTHETIC.md"),
    `# Synthetic faces\n\nDrawn by \`abaw data synth --videos ${videos} --frames ${frames} --seed ${seed}\` in the format of s-Aff-Wild2. No person is shown. Scores on these pictures say nothing about real faces.\n`,
  );
}

/** Annotated frames, numbered from 1, with gaps: half of them at most 4 apart. */
function framesOf(seed: number, video: number, count: number): readonly number[] {
  const places: number[] = [];
  let frame = 1;
  for (let i = 0; i < count; i += 1) {
    places.push(frame);
    const draw = uniform(seed, video, i, 8);
    frame += draw < 0.2 ? 1 : draw < 0.95 ? 2 + Math.floor(5 * uniform(seed, video, i, 7)) : 12;
  }
  return places;
}

function labelsOf(moment: Moment, part: Part, draw: (k: number) => number): readonly string[] {
  const rates = missing[part];
  const affect = draw(20) < rates.affect ? ["-5", "-5"] : [moment.valence.toFixed(3), moment.arousal.toFixed(3)];
  const expression = draw(21) < rates.expression ? "-1" : String(moment.expression);
  const unknown = draw(22) < rates.units;
  const units = sAffWild2.units.map((unit) =>
    unknown ? "-1" : (moment.units.get(unit) ?? 0) >= activeFrom ? "1" : "0",
  );
  return [...affect, expression, ...units];
}
