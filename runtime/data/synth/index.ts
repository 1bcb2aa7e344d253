import { mkdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { uniform } from "../loader/random.ts";
import { drawnFrames } from "./drawn-frames.ts";
import { drawFace, identityOf } from "./face.ts";
import { type DrawnFormat, drawnLayouts } from "./layouts.ts";

export interface SynthesisOptions {
  readonly out: string;
  readonly videos: number;
  /** Annotated frames of each video. */
  readonly frames: number;
  readonly seed: number;
  /** Side of a picture; the real ones have 112. */
  readonly size?: number;
  readonly format?: DrawnFormat;
  readonly onProgress?: (done: number, total: number) => void;
}

const workers = 4;
const formatNames: Readonly<Record<DrawnFormat, string>> = {
  s_aff_wild2: "s-Aff-Wild2",
  aff_wild2: "Aff-Wild2",
  bp4d: "BP4D",
  folders: "images in folders",
  csv: "a table",
};

/**
 * Draws a database in a format: annotation files, a test list where the format has one, pictures. People are disjoint between parts; of
 * s-Aff-Wild2 videos are sparse in frames, and some names begin another's. The same options give the same bytes.
 */
export async function synthesise(options: SynthesisOptions): Promise<void> {
  const { out, videos, frames: count, seed, size = 112, format = "s_aff_wild2", onProgress } = options;
  const layout = drawnLayouts[format];
  const frames = drawnFrames({ ...layout, videos, frames: count, seed });
  const pictures = frames.flatMap((each) => {
    const image = layout.imageOf(each);
    if (image === undefined) return [];
    const { video, person, frame, moment } = each;
    const sway = (k: number) => Math.sin(frame * 0.06 + 6 * uniform(seed, video, k, 9));
    const pose = { x: 1.5 * sway(0), y: 1.2 * sway(1), turn: 2.5 * sway(2) };
    const draw = () => drawFace(identityOf(seed, person), moment.units, pose, size);
    return [{ file: join(out, image), draw }];
  });
  for (const folder of new Set(pictures.map(({ file }) => dirname(file)))) mkdirSync(folder, { recursive: true });
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let picture = pictures[next++]; picture !== undefined; picture = pictures[next++]) {
      await writeFile(picture.file, await sharp(Buffer.from(picture.draw())).jpeg({ quality: 88 }).toBuffer());
      done += 1;
      onProgress?.(done, pictures.length);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  for (const [path, text] of layout.annotations(frames, seed)) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), text);
  }
  const how = `abaw data synth${format === "s_aff_wild2" ? "" : ` --format ${format}`} --videos ${videos} --frames ${count} --seed ${seed}`;
  writeFileSync(
    join(out, "SYNTHETIC.md"),
    `# Synthetic faces\n\nDrawn by \`${how}\` in the format of ${formatNames[format]}. No person is shown. Scores on these pictures say nothing about real faces.\n`,
  );
}
