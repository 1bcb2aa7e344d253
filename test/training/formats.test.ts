import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dataStatistics } from "../../runtime/data/statistics.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import type { DrawnFormat } from "../../runtime/data/synth/layouts.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { writtenBy } from "./number-run.ts";
import { runOf, silent } from "./small-run.ts";

const side = 24;

async function drawn(format: DrawnFormat): Promise<string> {
  const out = temporaryFolder();
  await synthesise({ out, videos: 16, frames: 5, seed: 2, size: side, format });
  return out;
}

function spec(tasks: string, heads: string, data: string, more = ""): string {
  return `
use "std/nn.abaw"
${tasks}
data faces {
  root: "."
  ${data}
}
model net() (image) {
  x = mean(image -> conv(8, kernel: 5, stride: 4) -> relu, over: [h, w])
${heads}
}
stage first = train net() on faces { optimizer: adam(1e-2), batch: 16, duration: 2 epochs, seed: 3 ${more} }
`;
}

const image = (folder: string) => `fields: {image: images(${JSON.stringify(folder)}, size: ${side})}`;
const classes = "task mood = classes(Neutral, Anger, Disgust, Fear, Happiness, Sadness, Surprise, Other)";
const mood = "  head mood = x -> linear";

const cases: readonly (readonly [DrawnFormat, string])[] = [
  [
    "folders",
    spec(
      classes,
      mood,
      `format: folders, train: "train", val: "val", test: "test", ${image(".")}, labels: {mood: column(folder)}`,
    ),
  ],
  [
    "bp4d",
    spec(
      "task coded = units(AU1, AU4, AU12, AU14)",
      "  head coded = x -> linear",
      `format: bp4d, ${image("faces")}, split: random_split(0.7, by: subject, seed: 1)`,
    ),
  ],
  [
    "aff_wild2",
    spec(
      "task valence = scalar(-1 .. 1)\ntask au = units(AU1, AU12)",
      "  head valence = x -> linear\n  head au = x -> linear",
      `format: aff_wild2, train: ["VA_Set/Train_Set", "AU_Set/Train_Set"],
       val: ["VA_Set/Validation_Set", "AU_Set/Validation_Set"], test: "test_set.txt", ${image("cropped_aligned")}`,
    ),
  ],
  [
    "csv",
    spec(
      classes,
      mood,
      `format: csv("labels.csv"), fields: {image: images("images", size: ${side}, column: "file")},
       labels: {mood: column("expression", mixtures: {Fear: [Fear, Surprise]})},
       split: column_split("part", train: "train", val: "val", test: "test")`,
    ),
  ],
];

describe.each(cases)("drawn faces in the format %s", (format, text) => {
  test("are read, counted, trained on and judged, and predicted where no label is", { timeout: 240_000 }, async () => {
    const [root, folder] = [await drawn(format), temporaryFolder()];
    const run = runOf(text, root, folder);
    expect(await run.train()).toBe(true);
    const [stage] = run.plan.stages;
    if (stage === undefined) throw new Error("it has a stage");
    const data = await run.dataOf(stage.data);
    const { synthetic, parts } = dataStatistics(data);
    expect(synthetic).toBe(true);
    expect(data.parts.get("train")?.rows).toBeGreaterThan(20);
    for (const { part, tasks } of parts)
      if (part !== "test") for (const { labelled } of tasks) expect(labelled).toBeGreaterThan(0);
    expect((await run.progressOf(stage))?.finished).toBe(true);
    const test = data.parts.get("test");
    const [task] = stage.tasks;
    if (task === undefined) throw new Error("it has a task");
    if (test !== undefined) {
      const found = await run.predict(stage, task.name, "test");
      expect(found.length % test.rows).toBe(0);
      expect(found.every(Number.isFinite)).toBe(true);
    }
  });
});

test("a model without a head learns of all images, labelled or not, of several roots", {
  timeout: 240_000,
}, async () => {
  const root = await drawn("folders");
  const text = spec("", "", `format: folders, ${image(".")}`, ", loss: {flat: mean(x ^ 2)}, keep: last").replace(
    'root: "."',
    `root: [${JSON.stringify(join(root, "train"))}, ${JSON.stringify(join(root, "val"))}]`,
  );
  const run = runOf(text, root, temporaryFolder(), {}, []);
  expect(await run.train()).toBe(true);
});

test("a training with every augmentation, stopped and resumed, gives the same bytes", {
  timeout: 240_000,
}, async () => {
  const root = await drawn("csv");
  const augment = `, augment: [flip(per: clip), crop(0.7 .. 1.0), rotate(20, share: 0.5),
    jitter(0.2, contrast: 0.3, saturation: 0.4, hue: 0.1, share: 0.8, per: clip),
    affine(rotate: 10, shift: 0.1, scale: 0.9 .. 1.1), erase(0.5), noise(ramp(0.2, 0, over: 1 epochs))]`;
  const text = (cases.find(([format]) => format === "csv")?.[1] ?? "")
    .replace('csv("labels.csv")', 'csv("labels.csv", video: "video")')
    .replace("batch: 16", "batch: 8, clip: clip(3)")
    .replace(", seed: 3", `, seed: 3 ${augment}`);
  const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
  expect(await runOf(text, root, whole).train()).toBe(true);
  const interruption = new AbortController();
  let steps = 0;
  const watch = { ...silent, step: () => void (++steps === 2 && interruption.abort()) };
  expect(await runOf(text, root, stopped, { watch, signal: interruption.signal }).train()).toBe(false);
  expect(await runOf(text, root, stopped).train()).toBe(true);
  expect(writtenBy(stopped)).toEqual(writtenBy(whole));
  const plain = temporaryFolder();
  await runOf(text.replace(augment, ", augment: []"), root, plain).train();
  const kept = (folder: string) => [...writtenBy(folder)].filter(([name]) => name.endsWith("kept.safetensors"));
  expect(kept(plain).map(([, bytes]) => bytes)).not.toEqual(kept(whole).map(([, bytes]) => bytes));
});
