import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tableOf } from "../../runtime/data/open-data.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { tfjsEngine, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { fileFlops } from "../../runtime/networks/file-flops.ts";
import { appendEvents, eventFileName, eventFileStart } from "../../runtime/report/event-file.ts";
import { checkExport } from "../../runtime/run/check-export.ts";
import { estimateOf } from "../../runtime/run/estimate.ts";
import { exportModel } from "../../runtime/run/export-model.ts";
import type { Run, RunOptions } from "../../runtime/run/run-plan.ts";
import { stageLoader } from "../../runtime/train/stage-data.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { writtenBy } from "./number-run.ts";
import { runOf, silent } from "./small-run.ts";

const networks = fileURLToPath(new URL("../reference/networks/", import.meta.url));

/** Two networks of other makers, one of which takes one picture at a time, before heads for frames and for clips; two folds. */
const specOf = (folder: string, last = "") => `use "std/aff2.abaw"

faces = aff2(32) with {root: "nowhere", folds: folds(2, by: video)}
both = {embedding: "embedding", scores: "scores"}

encoder net = [normalize(imagenet.mean, imagenet.std), onnx("${folder}/net.onnx", outputs: both, dims: {embedding: [16], scores: [10]})]
encoder single = onnx("${networks}one-picture-11.onnx", output: "embedding", dims: [16])

model of_frames() (image) {
  r = image -> net
  x = concat(r.embedding, r.scores)
  head expr = x -> linear
}

model of_clips() (image) {
  r = image -> net
  head au = concat(r.embedding, image -> single, of_frame.x) -> lstm(4) -> linear
}

stage frames(d: data = faces) = train of_frames() on d { loss: {expr: ce(expr)}, batch: 8, duration: 2 epochs, keep: last }
of_frame = frames()
stage clips = train of_clips() on faces { clip: clip(4), loss: {au: bce(au)}, batch: 4, duration: 2 epochs, keep: last }
stage folded(k: int) = train of_frames() on faces.fold(k) { loss: {expr: ce(expr)}, batch: 8, duration: 1 epoch, keep: last }

assemble final on faces { expr: of_frame, au: clips }
export final { opset: 17 }
export of_frame { opset: 18 }
${last}`;

let root = "";
let folder = "";
/** A run of all of it, or with more or less in the spec, in the folder of the one that was trained whole. */
const again = (options: Partial<RunOptions> = {}, out = folder, spec = specOf(folder)) =>
  runOf(spec, root, out, options);
const useNetwork = (file: string) => copyFileSync(join(networks, file), join(folder, "net.onnx"));

beforeAll(async () => {
  [root, folder] = [mkdtempSync(join(tmpdir(), "abaw-")), mkdtempSync(join(tmpdir(), "abaw-"))];
  await synthesise({ out: root, videos: 4, frames: 16, seed: 3, size: 32 });
  useNetwork("dynamo-23.onnx");
  await again().train();
}, 120_000);
afterAll(() => {
  for (const each of [root, folder]) rmSync(each, { recursive: true, force: true });
});

const stageNamed = (run: Run, label: string) => run.plan.stages.find((each) => each.label === label)!;

describe("networks of ONNX files", () => {
  test("say of every frame what onnxruntime says of its picture, once for all stages", async () => {
    const run = again();
    const stored = readdirSync(join(folder, "networks"));
    expect(stored.filter((name) => name.endsWith("train.safetensors"))).toHaveLength(2);
    expect(stored.filter((name) => name.endsWith("val.safetensors"))).toHaveLength(2);

    const stage = stageNamed(run, "of_frame");
    const inputs = await run.inputsOf(stage, ["train"]);
    const [{ input = "" } = {}] = stage.networks![0]!.outputs;
    const { values } = inputs.feature(input, "train");
    const rows = Int32Array.from({ length: tableOf(inputs.data, "train").rows }, (_, row) => row);
    const graphs = [stage.graphs.picture(stage.networks![0]!.path)];
    const { loader, close } = stageLoader(stage, inputs, {
      part: "train",
      rows,
      clip: undefined,
      batch: rows.length,
      training: false,
      tasks: [],
      graphs,
    });
    const { feeds } = await loader.at(0, 0);
    await close();
    const bytes = feeds.get("image")!.data as Uint8Array;
    const [mean, deviation] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    const area = 32 * 32;
    const pictures = Float32Array.from({ length: bytes.length }, (_, i) => {
      const [row, c, place] = [Math.floor(i / (3 * area)), Math.floor(i / area) % 3, i % area];
      return (bytes[(row * area + place) * 3 + c]! / 255 - mean[c]!) / deviation[c]!;
    });
    const session = await ort.InferenceSession.create(join(networks, "dynamo-23.onnx"));
    const { embedding } = await session.run({ picture: new ort.Tensor("float32", pictures, [rows.length, 3, 32, 32]) });
    expect(largestDifference(values, embedding!.data as Float32Array)).toBeLessThan(tolerances.engineValues);
  });

  test("stand in the exported file, which gives the runtime's numbers", async () => {
    const run = again();
    const path = join(folder, "final.onnx");
    exportModel(run, run.plan.exports[0]!, path);
    for (const { difference } of await checkExport(run, run.plan.exports[0]!, path))
      expect(difference).toBeLessThan(tolerances.exports);
    const session = await ort.InferenceSession.create(path);
    expect(session.inputNames).toEqual(["image"]);
  });

  test("decide with their content whether a training is there already", async () => {
    const stage = stageNamed(again(), "clips");
    expect(await again().isFinished(stage)).toBe(true);
    useNetwork("scripted-11.onnx");
    expect(await again().isFinished(stage)).toBe(false);
    rmSync(join(folder, "net.onnx"));
    await expect(again().isFinished(stage)).rejects.toThrow(/net\.onnx: there is no such file/);
    useNetwork("beside-17.onnx");
    await expect(again().isFinished(stage)).rejects.toThrow(
      /net\.onnx: the numbers of "weight" are in "beside-17.bin", which is not there/,
    );
    useNetwork("dynamo-23.onnx");
  });

  test("after an interruption the training goes on to the same bytes", async () => {
    const stopped = temporaryFolder();
    const stop = new AbortController();
    let steps = 0;
    const step = () => {
      steps += 1;
      if (steps === 3) stop.abort();
    };
    expect(await again({ signal: stop.signal, watch: { ...silent, step } }, stopped).train()).toBe(false);
    expect(await again({}, stopped).train()).toBe(true);
    expect(writtenBy(stopped)).toEqual(writtenBy(folder));
  });

  test("look at each frame once, whatever folds and parts it stands in", async () => {
    const folds = "sweep all = [folded(k) for k in range(2)] { report: [score(expr)] }";
    const run = again({}, folder, specOf(folder, folds));
    await run.train();
    expect(readdirSync(join(folder, "networks"))).toHaveLength(4);
    const fold = stageNamed(run, "folded(0)");
    const [{ input = "" } = {}] = fold.networks![0]!.outputs;
    const [whole, part] = [
      await run.inputsOf(stageNamed(run, "of_frame"), ["train", "val"]),
      await run.inputsOf(fold, ["val"]),
    ];
    const table = tableOf(part.data, "val");
    const found = part.feature(input, "val").values;
    table.image.forEach((image, row) => {
      const where = (["train", "val"] as const).find((each) => tableOf(whole.data, each).image.includes(image))!;
      const from = tableOf(whole.data, where).image.indexOf(image);
      const expected = whole.feature(input, where).values.subarray(from * 16, from * 16 + 16);
      expect(found.subarray(row * 16, row * 16 + 16)).toEqual(expected);
    });
  });

  test("are asked by one of several processes, for which the others wait", async () => {
    const out = temporaryFolder();
    const [asked, waiting] = [new Set<string>(), new Set<string>()];
    const inputsIn = async (name: string) => {
      const watch = { ...silent, pass: () => void asked.add(name), waits: () => void waiting.add(name) };
      const run = again({ watch }, out);
      const stage = stageNamed(run, "of_frame");
      const inputs = await run.inputsOf(stage, ["train"]);
      return inputs.feature(stage.networks?.[0]?.outputs[0]?.input ?? "", "train").values;
    };
    const [first, second] = await Promise.all([inputsIn("first"), inputsIn("second")]);
    expect(second).toEqual(first);
    expect([asked.size, waiting.size]).toEqual([1, 1]);
    expect(readdirSync(join(out, "networks"))).toEqual([expect.stringMatching(/-train\.safetensors$/)]);
  });

  test("are in what a plan estimates, until they are stored", async () => {
    const out = temporaryFolder();
    cpSync(folder, out, { recursive: true });
    const run = again({}, out);
    const events = join(run.options.folder.stage(stageNamed(run, "of_frame")), eventFileName);
    writeFileSync(events, eventFileStart(0));
    appendEvents(events, [{ tag: "loss", step: 10, value: 1 }], 100);
    const work = 1e6;
    const estimate = async () => {
      const now = again({}, out);
      return (await estimateOf(now, [stageNamed(now, "clips")], () => work)) ?? expect.fail("it is known");
    };
    const stored = await estimate();
    rmSync(join(out, "networks"), { recursive: true });
    const asked = await estimate();
    const data = await run.dataOf(stageNamed(run, "clips").data);
    const rows = tableOf(data, "train").rows + tableOf(data, "val").rows;
    expect(asked.bytes - stored.bytes).toBe(4 * rows * (16 + 10 + 16));
    const [net, single] = [join(folder, "net.onnx"), `${networks}one-picture-11.onnx`].map(
      (file) => fileFlops(file, [3, 32, 32]) ?? 0,
    );
    expect(net).toBeGreaterThan(0);
    expect([single, asked.untimed]).toEqual([0, [`${networks}one-picture-11.onnx`]]);
    // Ten steps of eight frames, forwards and backwards, took 100 s.
    const perOperation = 100 / (10 * 8 * 3 * work);
    expect((asked.seconds ?? 0) - (stored.seconds ?? 0)).toBeCloseTo(rows * (net ?? 0) * perOperation);
    expect(stored.seconds).toBeCloseTo(stored.steps * 4 * 4 * 3 * work * perOperation);
  });

  test("run in onnxruntime whatever engine trains what reads them", async () => {
    const other = temporaryFolder();
    const engine = await tfjsEngine(tfjsWays.filter(({ name }) => name === "cpu"));
    const run = again({ engine }, other, specOf(folder).replace(/, au: clips|stage clips.*/g, ""));
    await run.train();
    const stage = stageNamed(run, "of_frame");
    const [here, there] = [run.keptOf(stage.hash), again().keptOf(stage.hash)];
    for (const [path, { data }] of there)
      expect(largestDifference(here.get(path)!.data as Float32Array, data as Float32Array)).toBeLessThan(
        tolerances.engineSteps,
      );
    const names = readdirSync(join(other, "networks"));
    expect(names).toHaveLength(2);
    for (const name of names)
      expect(readFileSync(join(other, "networks", name)).equals(readFileSync(join(folder, "networks", name)))).toBe(
        true,
      );
  });
});

test("an exported model is a network like others: of a head, and of what stands before it", async () => {
  const run = again();
  const [, plan] = run.plan.exports;
  const path = join(folder, "of-frame.onnx");
  exportModel(run, plan!, path);
  const spec = `use "std/aff2.abaw"
faces = aff2(32)
encoder taught = onnx("${path}", outputs: {scores: "expr", said: "net[1].embedding"}, dims: {scores: [8], said: [16]})
model m() (image) {
  r = image -> taught
  head valence = concat(r.scores, r.said) -> linear
}
stage s = train m() on faces { batch: 8, duration: 1 epoch, keep: last }
`;
  const taught = runOf(spec, root, temporaryFolder());
  await taught.train();
  const [own, teacher] = [taught.plan.stages[0]!, stageNamed(run, "of_frame")];
  const [{ input: scores = "" } = {}, { input: said = "" } = {}] = own.networks![0]!.outputs;
  const found = await taught.inputsOf(own, ["val"]);
  const expected = await run.predict(teacher, "expr", "val");
  expect(largestDifference(found.feature(scores, "val").values, expected)).toBeLessThan(tolerances.exports);
  const [{ input = "" } = {}] = teacher.networks![0]!.outputs;
  const embedding = (await run.inputsOf(teacher, ["val"])).feature(input, "val").values;
  expect(largestDifference(found.feature(said, "val").values, embedding)).toBeLessThan(tolerances.exports);
});

test("a network that gives something else than the spec says is told when it is run", async () => {
  const spec = `use "std/aff2.abaw"
faces = aff2(32)
encoder net = onnx("${networks}branched-16.onnx", dims: [4])
model m() (image) { head expr = image -> net -> linear }
stage s = train m() on faces { batch: 8, duration: 1 epoch }
`;
  await expect(runOf(spec, root, temporaryFolder()).train()).rejects.toThrow(
    /branched-16\.onnx: its output "embedding" is \[\d+, 3\] for \d+ pictures, and the spec says \[4\] for each/,
  );
});
