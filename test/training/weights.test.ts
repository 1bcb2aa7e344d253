import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import type { Tensors } from "../../runtime/engines/engine.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { smallRun } from "./small-run.ts";

const bytesOf = (tensors: Tensors, path: string) => Array.from(tensors.get(path)?.data ?? [], Number);

describe("weights of a stage", () => {
  test("start from another stage's, stay where they are frozen, move where they are not; features are the producer's", async () => {
    const root = temporaryFolder();
    await synthesise({ out: root, videos: 6, frames: 20, seed: 5, size: 32 });
    const run = smallRun(root, temporaryFolder(), {}, [["together.params", "{face: frozen}"]]);
    await run.train();
    const stageNamed = (label: string) => {
      const stage = run.plan.stages.find((each) => each.label === label);
      if (stage === undefined) throw new Error(run.plan.stages.map((each) => each.label).join("; "));
      return stage;
    };
    const [source, together] = [stageNamed("alone(expr)"), stageNamed("together")];
    const [before, after] = [run.keptOf(source.hash), run.keptOf(together.hash)];
    for (const path of ["face.conv.weight", "face.conv.bias", "face.linear.weight", "face.linear.bias"]) {
      expect(bytesOf(after, path), path).toEqual(bytesOf(before, path));
      expect(bytesOf(after, path).some((value) => value !== 0)).toBe(true);
    }
    const { tensors } = readSafetensors(join(run.options.folder.stage(together), stageFiles.last));
    expect(bytesOf(tensors, "slots/m/expr.linear.weight").some((value) => value !== 0)).toBe(true);
    expect([...tensors.keys()].some((name) => name.startsWith("slots/m/face."))).toBe(false);

    // The stored feature of alone(au), row by row, is what its graph gives now.
    const use = together.features.find(({ stage }) => stage === stageNamed("alone(au)").hash);
    if (use === undefined) throw new Error("it reads it");
    const inputs = await run.inputsOf(together, ["val"]);
    const stored = inputs.feature(use.input, "val");
    expect(stored.shape).toEqual([24]);
    expect(stored.values.length).toBe(24 * (inputs.data.parts.get("val")?.rows ?? 0));
    expect(new Set(stored.values).size).toBeGreaterThan(stored.values.length / 4);
  });
});
