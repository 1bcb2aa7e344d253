import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listNodes } from "../../compiler/emit/onnx/list-nodes.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { Tensors } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { checkExport } from "../../runtime/run/check-export.ts";
import { exportModel } from "../../runtime/run/export-model.ts";
import { initialWeights } from "../../runtime/train/initial-weights.ts";
import { runOverPart } from "../../runtime/train/run-graph.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

const spec = `
use "std/aff2.abaw"
use "std/nn.abaw"

data faces {
  format: s_aff_wild2
  root:   "nowhere"
  train:  "training_set_annotations.txt"
  val:    "validation_set_annotations.txt"
  fields: {seen: features("seen.safetensors", dims: [12], layout: safetensors, missing: nearest)}
}

encoder face = mlp(16, out: 8)

model system() (seen) {
  x = seen -> face
  head valence = x -> linear
}

model reading(from: stage) (seen) {
  head valence = seen -> from.face -> linear
}

stage base = train system() on faces {
  loss: {valence: mse(valence)}, optimizer: adamw(1e-2), batch: 8, duration: 20 steps, keep: last
}

stage tuned = train system() on faces {
  init:      base
  adapt:     {face.fc1: lora(rank: 3, alpha: 6)}
  params:    {face: frozen, face.**.lora: trained, valence: frozen}
  loss:      {valence: mse(valence)}
  optimizer: adamw(1e-2), batch: 8, duration: 1 epoch, keep: last
}

stage narrow = train system() on faces {
  init:      base
  adapt:     {face.fc2: bottleneck(width: 3, act: relu)}
  params:    {face: frozen, face.**.bottleneck: trained, valence: frozen}
  loss:      {valence: mse(valence)}
  optimizer: adamw(1e-2), batch: 8, duration: 1 epoch, keep: last
}

stage merged = train system() on faces {
  init: tuned, loss: {valence: mse(valence)}, optimizer: adamw(1e-3), batch: 8, duration: 1 steps, keep: last
}

stage further = train system() on faces {
  init:   tuned
  adapt:  {face.fc1: lora(rank: 3, alpha: 6)}
  loss:   {valence: mse(valence)}, optimizer: adamw(1e-3), batch: 8, duration: 1 steps, keep: last
}

stronger = further with {adapt: {face.fc1: lora(rank: 3, alpha: 48)}}
wider    = further with {adapt: {face.fc1: lora(rank: 4, alpha: 6)}}
other    = further with {adapt: {face.fc1: bottleneck(width: 3, act: relu)}}
alone    = further with {init: {face.fc1.weight: tuned.face.fc1.weight}}

stage reader = train reading(tuned) on faces {
  loss: {valence: mse(valence)}, optimizer: adamw(1e-3), batch: 8, duration: 1 steps, keep: last
}

export tuned
export narrow
`;

/** A run that is trained to its end, and what is asked of it here. */
async function trained() {
  const [root, folder] = [drawnNumbers(), temporaryFolder()];
  const run = numberRun(root, folder, {}, spec);
  expect(await run.train()).toBe(true);
  const stageNamed = (label: string): StagePlan => {
    const stage = run.plan.stages.find((each) => each.label === label);
    if (stage === undefined) throw new Error(`there is no stage ${label}`);
    return stage;
  };
  return {
    root,
    folder,
    run,
    parameters: (label: string) => stageNamed(label).parameters,
    kept: (label: string) => run.keptOf(stageNamed(label).hash),
    first(label: string): Tensors {
      const { parameters, seed } = stageNamed(label);
      return initialWeights(parameters, seed, (hash, checkpoint) => run.keptOf(hash, checkpoint));
    },
    /** x of a stage with these weights, over the validation part. */
    async features(label: string, weights: Tensors): Promise<readonly number[]> {
      const stage = stageNamed(label);
      const sources = { engine: onnxEngine, weights, inputs: await run.inputsOf(stage, ["val"]) };
      return Array.from((await runOverPart(stage, stage.graphs.feature("x"), sources, "val")).get("x")?.values ?? []);
    },
  };
}

const numbers = (weights: Tensors, path: string) => Array.from(weights.get(path)?.data ?? [], Number);

describe("adapters", () => {
  test("begin as nothing, and are all that is trained, beside a base that stays to the bit", async () => {
    const { kept, first, features, parameters } = await trained();
    const moving = (label: string) =>
      parameters(label).flatMap(({ path, shape, group }) => (group === undefined ? [] : [{ path, shape }]));
    expect(moving("tuned")).toEqual([
      { path: "face.fc1.lora.down", shape: [3, 12] },
      { path: "face.fc1.lora.up", shape: [16, 3] },
    ]);
    expect(moving("narrow")).toEqual([
      { path: "face.fc2.bottleneck.down.weight", shape: [3, 8] },
      { path: "face.fc2.bottleneck.down.bias", shape: [3] },
      { path: "face.fc2.bottleneck.up.weight", shape: [8, 3] },
      { path: "face.fc2.bottleneck.up.bias", shape: [8] },
    ]);
    const expected = await features("base", kept("base"));
    for (const label of ["tuned", "narrow"]) {
      expect(await features(label, first(label)), label).toEqual(expected);
      expect(await features(label, kept(label)), label).not.toEqual(expected);
      for (const path of kept("base").keys())
        expect(numbers(kept(label), path), path).toEqual(numbers(kept("base"), path));
      for (const { path } of moving(label))
        expect(numbers(kept(label), path), path).not.toEqual(numbers(first(label), path));
    }
  });

  test("become part of the weights of a stage that starts from them and has none, or reads the layer; else they go on", async () => {
    const { kept, first, features } = await trained();
    const start = first("merged");
    expect([...start.keys()].toSorted()).toEqual([...kept("base").keys()].toSorted());
    expect(numbers(start, "face.fc1.weight")).not.toEqual(numbers(kept("base"), "face.fc1.weight"));
    const [merged, apart] = [await features("merged", start), await features("tuned", kept("tuned"))];
    expect(largestDifference(merged, apart)).toBeLessThan(tolerances.exports);
    for (const path of ["face.fc1.weight", "face.fc1.lora.down", "face.fc1.lora.up"])
      expect(numbers(first("further"), path), path).toEqual(numbers(kept("tuned"), path));
    // One that is another here begins anew, and what it was there is merged.
    for (const label of ["stronger", "wider", "other"]) {
      const found = await features(label, first(label));
      expect(largestDifference(found, apart), label).toBeLessThan(tolerances.exports);
    }
    expect(numbers(first("alone"), "face.fc1.weight")).toEqual(numbers(start, "face.fc1.weight"));
    expect(numbers(first("reader"), "tuned.face.fc1.weight")).toEqual(numbers(start, "face.fc1.weight"));
  });

  test("are merged in an export where they are products, and agree with the runtime", async () => {
    const { run, folder } = await trained();
    expect(run.plan.exports.length).toBe(2);
    for (const plan of run.plan.exports) {
      const { of } = plan;
      const isNarrow = of.kind === "stage" && run.stageOf(of.hash).label === "narrow";
      const { path } = exportModel(run, plan, join(folder, isNarrow ? "narrow.onnx" : "tuned.onnx"));
      const { initializers, nodes } = listNodes(readFileSync(path), new Map());
      const names = initializers.map(({ name }) => name);
      expect(names.some((name) => name.includes("lora"))).toBe(false);
      expect(names.some((name) => name.includes("bottleneck"))).toBe(isNarrow);
      expect(nodes.filter(({ op }) => op === "Gemm").length).toBe(isNarrow ? 5 : 3);
      for (const { difference } of await checkExport(run, plan, path))
        expect(difference).toBeLessThanOrEqual(tolerances.exports);
    }
  });

  test("end at the same bytes after an interruption", async () => {
    const { root, folder } = await trained();
    const stopped = temporaryFolder();
    const interruption = new AbortController();
    let inTuned = false;
    let steps = 0;
    const watch = {
      ...silent,
      stageStarts: ({ label }: StagePlan) => {
        inTuned = label === "tuned";
      },
      step: () => {
        if (inTuned && ++steps === 3) interruption.abort();
      },
    };
    expect(await numberRun(root, stopped, { watch, signal: interruption.signal }, spec).train()).toBe(false);
    expect(steps).toBe(3);
    expect(await numberRun(root, stopped, {}, spec).train()).toBe(true);
    const written = (at: string) => new Map([...writtenBy(at)].filter(([name]) => name.includes("tuned")));
    expect(written(folder).size).toBeGreaterThan(0);
    expect(written(stopped)).toEqual(written(folder));
  });
});
