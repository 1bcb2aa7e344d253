import { readFileSync } from "node:fs";
import { join } from "node:path";
import onnxProto from "onnx-proto";
import { expect, test } from "vitest";
import { inputsOf } from "../../compiler/ir/graph.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { checkExport } from "../../runtime/run/check-export.ts";
import { exportModel } from "../../runtime/run/export-model.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { runOf } from "./small-run.ts";

const spec = `use "std/aff2.abaw"
use "std/time.abaw"

faces = aff2(32) with {root: "data/none"}

module small(out: int) (image: [.., c, h, w]) -> [.., d: out] {
  maps = image -> conv(8, kernel: 3, stride: 2) -> relu
  return mean(maps, over: [h, w]) -> rename(c: d) -> linear(out)
}

encoder face = small(16)

model judge(net: module) (image) {
  head valence = image -> face -> net -> linear
}

stage whole(net: module) = train judge(net) on faces {
  clip: clip(8, by: frames, pad: mask), loss: {valence: ccc(valence)}
  batch: 4, duration: 1 steps
}

attending = whole(transformer(1, heads: 2))
recurrent = whole(gru_stack(6, both: true))
carrying  = whole(lstm_stack(6, layers: 1, both: true))

export attending
export recurrent
export carrying
`;

test("a model that looks past padding is exported with an input that says what is padding, and agrees with the runtime", async () => {
  const [root, folder] = [temporaryFolder(), temporaryFolder()];
  await synthesise({ out: root, videos: 4, frames: 12, seed: 5, size: 32 });
  const run = runOf(spec, root, folder);
  await run.train();
  expect(run.plan.exports.length).toBe(3);
  for (const [i, plan] of run.plan.exports.entries()) {
    expect(inputsOf(plan.graph()).map(({ source }) => source.name)).toContain("present");
    const { path } = exportModel(run, plan, join(folder, `whole${i}.onnx`));
    const checks = await checkExport(run, plan, path);
    expect(checks.length).toBe(5);
    const { metadataProps } = onnxProto.onnx.ModelProto.decode(readFileSync(path));
    const told = new Map(metadataProps.map(({ key, value }) => [key, value ?? ""]));
    expect(JSON.parse(told.get("inputs") ?? "")).toEqual({
      image: { type: "float32", shape: ["batch", "time", "3", "32", "32"], is: "RGB in 0..1" },
      present: { type: "float32", shape: ["batch", "time"], is: "1 for a frame, 0 for what fills a clip up" },
    });
    const [clip] = Object.values(JSON.parse(told.get("clips") ?? ""));
    expect(clip).toMatchObject({ length: 8, by: "frames", pad: "mask", merge: "mean" });
    for (const { difference } of checks) expect(difference).toBeLessThanOrEqual(tolerances.exports);
  }
});
