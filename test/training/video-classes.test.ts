import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { RunFolder } from "../../runtime/run/run-folder.ts";
import { Run } from "../../runtime/run/run-plan.ts";
import { fileHeader } from "../../runtime/spec-files/spec-files.ts";
import { readMetrics } from "../../runtime/train/metrics-log.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { compiled, oneLine } from "../plan-of.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberSpec } from "./number-run.ts";
import { silent } from "./small-run.ts";

const spec = `${numberSpec.slice(0, numberSpec.indexOf("model system"))}
task who = classes(video) { metric: none }

people = faces with {labels.who: column(video)}

model adversarial() (seen) {
  x = seen -> face
  head expr = x -> linear
  head who = x -> reverse(0.1) -> linear
}

stage one = train adversarial() on people {
  loss: {expr: ce(expr), who: 0.1 * ce(who)}
  optimizer: adam(1e-2), batch: 8, duration: 4 epochs
}
stage seen_before = train adversarial() on people.all {
  loss: {expr: ce(expr), who: ce(who, weight: balanced)}
  optimizer: adam(1e-2), batch: 8, duration: 1 epochs
}
`;

const compiledIn = (root: string, text = spec) =>
  compiled(text, {
    set: [["faces.root", JSON.stringify(root)]],
    inspect: (path, format, below) => fileHeader("/", path, format, below),
  });

describe("classes(video)", () => {
  test("are the videos of the file for training, which alone have labels", { timeout: 60_000 }, async () => {
    const root = drawnNumbers();
    const { plan, diagnostics } = compiledIn(root);
    expect(diagnostics.filter(({ severity }) => severity === "error").map(oneLine)).toEqual([]);
    if (plan === undefined) throw new Error("there is no plan");
    const videos = Array.from({ length: 6 }, (_, i) => `video${i}`);
    for (const stage of plan.stages) {
      const meaning = stage.tasks.find(({ name }) => name === "who")?.meaning;
      expect(meaning).toEqual({ kind: "classes", names: videos, byVideo: true });
      const weights = stage.parameters.filter(({ path }) => path.startsWith("who."));
      expect(weights.map(({ shape }) => shape[0])).toEqual([6, 6]);
    }
    const run = new Run(plan, {
      engine: onnxEngine,
      folder: new RunFolder(temporaryFolder()),
      onBadRow: "error",
      signal: new AbortController().signal,
      watch: silent,
    });
    expect(await run.train()).toBe(true);
    const [stage] = plan.stages;
    if (stage === undefined) throw new Error("there is no stage");
    const records = readMetrics(join(run.options.folder.stage(stage), stageFiles.log));
    // Of 6 videos as many rows each: what says nothing costs log 6.
    expect(records[0]?.losses["who"]).toBeGreaterThan(0.05 * Math.log(6));
    expect(records.at(-1)?.losses["expr"]).toBeLessThan(records[0]?.losses["expr"] ?? 0);
    expect(records.map(({ scores }) => scores["who"])).toEqual(records.map(() => null));
    const { parts } = await run.dataOf(stage.data);
    const labels = (part: "train" | "val") => parts.get(part)?.labels.get("who");
    const row = (parts.get("train")?.rows ?? 0) - 1;
    expect(Array.from(labels("train")?.values.subarray(row * 6, row * 6 + 6) ?? [])).toEqual([0, 0, 0, 0, 0, 1]);
    expect(labels("train")?.weight.every((weight) => weight === 1)).toBe(true);
    expect(labels("val")?.weight.every((weight) => weight === 0)).toBe(true);
  });

  test("where the annotations are not here, how many there are is not known, and that is told", () => {
    const { plan, diagnostics } = compiledIn(temporaryFolder());
    expect(plan).toBeDefined();
    expect(diagnostics.filter(({ code }) => code === "not-looked-at").map(oneLine)).toContainEqual(
      expect.stringContaining("training_set_annotations.txt was not looked at: it is not here"),
    );
  });

  test("of drawn faces are those that are drawn for training", () => {
    const drawn = spec.replace(/format: s_aff_wild2/, "format: synthetic(videos: 8, frames: 10)");
    const { plan } = compiledIn(temporaryFolder(), drawn);
    const meaning = plan?.stages[0]?.tasks.find(({ name }) => name === "who")?.meaning;
    expect(meaning?.kind === "classes" && meaning.names).toEqual(["100", "101", "101-30-640x360", "102", "103"]);
  });
});
