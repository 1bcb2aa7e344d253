import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { passSize } from "../../compiler/lower/pass-size.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { Engine, Tensor, Tensors } from "../../runtime/engines/engine.ts";
import { onnxEngine, onnxEngineOn } from "../../runtime/engines/onnx/index.ts";
import { tfjsEngine, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { torchEngine } from "../../runtime/engines/torch/index.ts";
import { StageTrainer } from "../../runtime/train/stage-trainer.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { seededRandom } from "../compiler/seeded-random.ts";
import { pythonWithTorch } from "../engines/torch-here.ts";
import { webgpuEngine } from "../engines/webgpu-engine.ts";
import { planOf } from "../plan-of.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { balancedStage, batchOf, tasks, trainerOf } from "./balance-case.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

/** What test/reference/make_sharpness.py stored, by optimiser as a spec says it. */
interface Sharpness {
  readonly results: Readonly<
    Record<
      string,
      {
        readonly accumulate: number;
        readonly maxGradientNorm: number | null;
        readonly losses: readonly (readonly number[])[];
        readonly weights: Readonly<Record<string, readonly number[]>>;
      }
    >
  >;
}

const sharpness: Sharpness = JSON.parse(readFileSync(new URL("../reference/sharpness.json", import.meta.url), "utf8"));
const python = pythonWithTorch();
const engines: readonly (readonly [string, () => Promise<Engine>])[] = [
  ["onnx", async () => onnxEngine],
  ["tfjs", () => tfjsEngine(tfjsWays.filter(({ name }) => name === "cpu"))],
];
const torch = ["torch", async () => torchOn(1)] as const;

function torchOn(processes: number, precision?: "fp32" | "bf16"): Engine {
  return torchEngine({ python: python ?? "", processes, device: "cpu", precision, compiled: false });
}

const webgpu = await webgpuEngine(process.env["CI_WEBGPU"] === "required");
const everyEngine = [
  ...engines,
  ...(python === undefined ? [] : [torch]),
  ...(webgpu === undefined ? [] : [["webgpu", async () => webgpu] as const]),
];

describe.each(Object.entries(sharpness.results))(
  "%s",
  (optimizer, { accumulate, maxGradientNorm, losses, weights }) => {
    test.each(everyEngine)("takes PyTorch's steps on %s", { timeout: 300_000 }, async (_, open) => {
      const more = `, accumulate: ${accumulate}${maxGradientNorm === null ? "" : `, max_grad_norm: ${maxGradientNorm}`}`;
      const trainer = await trainerOf(balancedStage("none", "", optimizer, more), await open());
      try {
        for (const [step, expected] of losses.entries()) {
          const found = await trainer.step(batchOf(step), step);
          const terms = tasks.map((task) => found.get(`loss/${task}`) ?? Number.NaN);
          expect(largestDifference(terms, expected), `step ${step + 1}`).toBeLessThan(tolerances.balance);
        }
        const live = await trainer.live("last");
        for (const [path, expected] of Object.entries(weights))
          expect(largestDifference(Array.from(live.get(path)?.data ?? [], Number), expected), path).toBeLessThan(
            tolerances.balance,
          );
      } finally {
        await trainer.release();
      }
    });
  },
);

const [rows, steps] = [12, 4];

const missingSpec = (more: string) => `
task marks = units(A, B, C)
task kinds = classes(D, E, F, G)
task height = scalar(0 .. 10)

data numbers {
  format: csv("rows.csv", image: "image")
  root:   "nowhere"
  fields: {seen: features("seen.safetensors", dims: [6], layout: safetensors, missing: nearest)}
  labels: {marks: columns([A, B, C], missing: 9), kinds: column("kind", classes: [D, E, F, G]), height: column("height")}
}

loss near() (z: [.., k], y: [.., k]) -> [.., k] { return ((z - y) / 10) ^ 4 }

model small() (seen) {
  x = seen -> linear(5) -> tanh
  head t = x -> linear for t in [marks, kinds, height]
}

stage whole = train small() on numbers {
  loss: {
    both:   bce(marks) + 0.5 * ce(kinds, weight: [1, 2, 3, 4])
    height: near(height)
    small:  0.01 * mean(x ^ 2)
  }
  optimizer: sgd(0.1, momentum: 0.9)
  batch: ${rows}, duration: 4 epochs${more}
}
`;

/** Labels of which most are missing: a pass may have none of a task. */
function partlyLabelled(step: number): Tensors {
  const random = seededRandom(`labels of step ${step}`);
  const floats = (width: number, value: (i: number) => number): Tensor => ({
    dtype: "float32",
    shape: [rows, width],
    data: Float32Array.from({ length: rows * width }, (_, i) => value(i)),
  });
  const kinds = Array.from({ length: rows }, () => Math.floor(4 * random()));
  return new Map<string, Tensor>([
    ["seen", floats(6, () => 2 * random() - 1)],
    ["present", { dtype: "float32", shape: [rows], data: new Float32Array(rows).fill(1) }],
    ["seed", { dtype: "int32", shape: [2], data: Int32Array.of(step, 3) }],
    ["marks.label", floats(3, () => Math.round(random()))],
    ["marks.mask", floats(3, () => (random() < 0.4 ? 1 : 0))],
    ["kinds.label", floats(4, (i) => (kinds[Math.floor(i / 4)] === i % 4 ? 1 : 0))],
    ["kinds.mask", floats(1, (i) => (i < rows / 3 || random() < 0.7 ? 0 : 1))],
    ["height.label", floats(1, () => 10 * random())],
    ["height.mask", floats(1, () => (random() < 0.5 ? 0.5 : 0))],
  ]);
}

async function followed(engine: Engine, more: string) {
  const [stage] = planOf(missingSpec(more)).stages;
  if (stage === undefined) throw new Error("there is a stage");
  const trainer = await beginning(stage, engine);
  const losses: ReadonlyMap<string, number>[] = [];
  for (let step = 0; step < steps; step += 1) losses.push(await trainer.step(partlyLabelled(step), step));
  const { weights } = await trainer.read();
  await trainer.release();
  return { losses, weights };
}

async function beginning(stage: StagePlan, engine: Engine): Promise<StageTrainer> {
  const size = passSize(stage);
  const trainer = new StageTrainer(stage, {
    engine,
    keptOf: () => new Map(),
    facts: new Map(),
    calendar: { stepsPerEpoch: 2, totalSteps: 8 },
    size,
    graph: stage.graphs.training(size),
  });
  await trainer.enter(0);
  return trainer;
}

describe("a batch in passes", () => {
  test.each(everyEngine)(
    "takes the step of the whole batch on %s, however labels are spread",
    { timeout: 300_000 },
    async (_, open) => {
      const [whole, parts] = [await followed(onnxEngine, ""), await followed(await open(), ", accumulate: 3")];
      expect(new Set(whole.losses.flatMap((losses) => [...losses.keys()]))).toEqual(
        new Set(["loss", "loss/both", "loss/height", "loss/small"]),
      );
      whole.losses.forEach((losses, step) => {
        for (const [name, loss] of losses)
          expect(
            largestDifference([parts.losses[step]?.get(name) ?? Number.NaN], [loss]),
            `${name} in step ${step + 1}`,
          ).toBeLessThan(tolerances.passes);
      });
      for (const [path, { data }] of whole.weights)
        expect(largestDifference(parts.weights.get(path)?.data ?? [], Array.from(data, Number)), path).toBeLessThan(
          tolerances.passes,
        );
    },
  );

  test.skipIf(python === undefined)(
    "of a stage that asks for bfloat16 is near the other in PyTorch, unless the command says another",
    { timeout: 300_000 },
    async () => {
      const lossesOf = async (engine: Engine, more: string) =>
        (await followed(engine, more)).losses.map((each) => each.get("loss") ?? Number.NaN);
      const [full, half] = [await lossesOf(torchOn(1), ""), await lossesOf(torchOn(1), ", precision: bf16")];
      expect(half).not.toEqual(full);
      expect(largestDifference(half, full)).toBeLessThan(tolerances.bfloat16);
      expect(await lossesOf(torchOn(1, "fp32"), ", precision: bf16")).toEqual(full);
      expect(await lossesOf(torchOn(1, "bf16"), "")).toEqual(half);
    },
  );

  test.each(everyEngine)(
    "leaves everything as it was on %s where the loss of a later pass is not finite",
    { timeout: 300_000 },
    async (_, open) => {
      const spec = missingSpec(", accumulate: 3").replace(/optimizer: (.*)/, "optimizer: sam($1)");
      const [stage] = planOf(spec).stages;
      if (stage === undefined) throw new Error("there is a stage");
      const trainer = await beginning(stage, await open());
      await trainer.step(partlyLabelled(0), 0);
      const before = await trainer.read();
      const feeds = new Map(partlyLabelled(1));
      const seen = feeds.get("seen");
      if (seen === undefined) throw new Error("nothing is seen");
      feeds.set("seen", {
        ...seen,
        data: Float32Array.from(Array.from(seen.data, Number), (x, i) => (i < 60 ? x : Number.NaN)),
      });
      expect((await trainer.step(feeds, 1)).get("loss")).toBeNaN();
      expect(await trainer.read()).toEqual(before);
      await trainer.release();
    },
  );

  test.skipIf(python === undefined)("is shared by processes", { timeout: 300_000 }, async () => {
    const [one, two] = [await followed(onnxEngine, ", accumulate: 3"), await followed(torchOn(2), ", accumulate: 3")];
    for (const [path, { data }] of one.weights)
      expect(largestDifference(two.weights.get(path)?.data ?? [], Array.from(data, Number)), path).toBeLessThan(
        tolerances.ranks,
      );
  });

  test("draws anew in each pass, and gives the same bytes when it is interrupted and resumed", async () => {
    const spec = numberSpec
      .replaceAll(/batch: (8|4)/g, "batch: $1, accumulate: 4")
      .replaceAll(/adamw\((.*)\)$/gm, "sam(adamw($1))");
    const root = drawnNumbers();
    const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
    expect(await numberRun(root, whole, {}, spec).train()).toBe(true);
    for (const after of [3, 12, 25, 7]) {
      const interruption = new AbortController();
      let steps = 0;
      const watch = { ...silent, step: () => void (++steps === after && interruption.abort()) };
      await numberRun(root, stopped, { watch, signal: interruption.signal }, spec).train();
    }
    expect(await numberRun(root, stopped, {}, spec).train()).toBe(true);
    expect(writtenBy(stopped)).toEqual(writtenBy(whole));
  });

  test.each([[", precision: bf16", "`precision: bf16` needs --engine torch"]])(
    "is refused where %s cannot be carried out",
    async (more, message) => {
      const [stage] = planOf(missingSpec(more)).stages;
      if (stage === undefined) throw new Error("there is a stage");
      await expect(beginning(stage, onnxEngineOn("webgpu"))).rejects.toThrow(message);
    },
  );

  test("is in the plan and its hash where it is more than one", () => {
    const [none, one, three] = ["", ", accumulate: 1", ", accumulate: 3"].map(
      (more) => planOf(missingSpec(more)).stages[0],
    );
    expect(one?.hash).toBe(none?.hash);
    expect(three?.hash).not.toBe(none?.hash);
    expect([none?.accumulate, three?.accumulate]).toEqual([undefined, 3]);
  });
});
