import { describe, expect, test } from "vitest";
import { passSize } from "../../compiler/lower/pass-size.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { mixBatch } from "../../runtime/data/loader/mix-batch.ts";
import type { Engine, Tensor, Tensors } from "../../runtime/engines/engine.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { tfjsEngine, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { torchEngine } from "../../runtime/engines/torch/index.ts";
import { StageTrainer } from "../../runtime/train/stage-trainer.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { seededRandom } from "../compiler/seeded-random.ts";
import { pythonWithTorch } from "../engines/torch-here.ts";
import { planOf } from "../plan-of.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

const rows = 8;

const spec = (settings: string, middle = "") => `
task height = scalar(0 .. 10)
task kind = classes(D, E, F)

data numbers {
  format: csv("rows.csv", image: "image")
  root:   "nowhere"
  fields: {seen: features("seen.safetensors", dims: [6], layout: safetensors, missing: nearest)}
  labels: {height: column("height"), kind: column("kind", classes: [D, E, F])}
}

model small() (seen) {
  x = seen -> linear(5)${middle} -> tanh
  head t = x -> linear for t in [height, kind]
}

stage trained = train small() on numbers {
  ${settings}
  optimizer: sgd(0.1)
  batch: ${rows}, duration: 4 epochs
}
`;

const plainLoss = "loss: {all: mse(height) + ce(kind)}";
const twice = "views: {a: {}, b: {}}, loss: {all: (mse(a.height) + mse(b.height) + ce(a.kind) + ce(b.kind)) / 2}";

function stageOf(text: string): StagePlan {
  const [stage] = planOf(text).stages;
  if (stage === undefined) throw new Error("there is a stage");
  return stage;
}

async function opened(text: string, engine: Engine = onnxEngine): Promise<StageTrainer> {
  const stage = stageOf(text);
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

/** A batch of a step, and with views the same for each. */
function batchOf(step: number, views: readonly string[] = []): Tensors {
  const random = seededRandom(`views ${step}`);
  const floats = (width: number, value: (i: number) => number): Tensor => ({
    dtype: "float32",
    shape: [rows, width],
    data: Float32Array.from({ length: rows * width }, (_, i) => value(i)),
  });
  const kinds = Array.from({ length: rows }, () => Math.floor(3 * random()));
  const own: readonly [string, Tensor][] = [
    ["seen", floats(6, () => 2 * random() - 1)],
    ["present", { dtype: "float32", shape: [rows], data: new Float32Array(rows).fill(1) }],
    ["height.label", floats(1, () => 10 * random())],
    ["height.mask", floats(1, () => (random() < 0.7 ? 1 : 0))],
    ["kind.label", floats(3, (i) => (kinds[Math.floor(i / 3)] === i % 3 ? 1 : 0))],
    ["kind.mask", floats(1, () => (random() < 0.7 ? 1 : 0))],
  ];
  const seed = (k: number): Tensor => ({ dtype: "int32", shape: [2], data: Int32Array.of(step, 3 + k) });
  return new Map([
    ...own,
    ["seed", seed(0)],
    ...views.flatMap((view, k): [string, Tensor][] => [
      ...own.map(([name, tensor]): [string, Tensor] => [`${view}/${name}`, tensor]),
      [`${view}/seed`, seed(k)],
    ]),
  ]);
}

async function weightsAfter(trainer: StageTrainer, steps: number, feeds: (step: number) => Tensors): Promise<Tensors> {
  for (let step = 0; step < steps; step += 1) await trainer.step(feeds(step), step);
  const { weights, states } = await trainer.read();
  await trainer.release();
  return new Map([...weights, ...states]);
}

function expectSame(found: Tensors, expected: Tensors): void {
  expect(expected.size).toBeGreaterThan(0);
  for (const [path, { data }] of expected)
    expect(largestDifference(found.get(path)?.data ?? [], Array.from(data, Number)), path).toBeLessThan(
      tolerances.passes,
    );
}

const views = ["a", "b"] as const;

describe("views", () => {
  const python = pythonWithTorch();
  const torch = (processes: number) => async () =>
    torchEngine({ python: python ?? "", processes, device: "cpu", precision: "fp32", compiled: false });
  test.each([
    ["onnx", async () => onnxEngine],
    ["tfjs", () => tfjsEngine(tfjsWays.filter(({ name }) => name === "cpu"))],
    ...(python === undefined
      ? []
      : ([
          ["torch", torch(1)],
          ["torch in two processes", torch(2)],
        ] as const)),
  ] satisfies (readonly [string, () => Promise<Engine>])[])(
    "that see the same are one, on %s, in one pass and in several",
    { timeout: 300_000 },
    async (_, open) => {
      const engine = await open();
      const expected = await weightsAfter(await opened(spec(plainLoss)), 4, (step) => batchOf(step));
      expectSame(await weightsAfter(await opened(spec(twice), engine), 4, (step) => batchOf(step, views)), expected);
      const parts = await opened(spec(`${twice}, accumulate: 4`), engine);
      expectSame(await weightsAfter(parts, 4, (step) => batchOf(step, views)), expected);
    },
  );

  test("have draws of their own", async () => {
    const loss = "loss: {first: mse(a.height), second: mse(b.height) + 0 * ce(a.kind)}";
    const trainer = await opened(spec(`views: {a: {}, b: {}}, ${loss}`, " -> dropout(0.5)"));
    const losses = await trainer.step(batchOf(0, views), 0);
    await trainer.release();
    expect(losses.get("loss/first")).not.toBe(losses.get("loss/second"));
    const plain = await opened(spec("loss: {first: mse(height) + 0 * ce(kind)}", " -> dropout(0.5)"));
    expect((await plain.step(batchOf(0), 0)).get("loss/first")).toBeCloseTo(losses.get("loss/first") ?? 0, 5);
    await plain.release();
  });

  test.skipIf(python === undefined).each([
    ["one process", 1],
    ["two processes", 2],
  ])("draw and count for themselves in PyTorch, in %s", { timeout: 300_000 }, async (_, processes) => {
    const loss = "loss: {first: mse(a.height) + 0 * ce(a.kind), second: ce(b.kind), close: mse(a.x, b.x)}";
    const text = spec(`views: {a: {}, b: {}}, ${loss}`, " -> batch_norm -> dropout(0.5)");
    const unlike = (step: number): Tensors =>
      new Map([
        ...[...batchOf(step, views)].filter(([name]) => name.includes("/") || name === "present"),
        ...[...batchOf(step + 100, views)].filter(([name]) => name.startsWith("b/") && name !== "b/seed"),
      ]);
    const expected = await weightsAfter(await opened(text), 4, unlike);
    expectSame(await weightsAfter(await opened(text, await torch(processes)()), 4, unlike), expected);
  });

  test.skipIf(python === undefined)("of one layer alone are compared in PyTorch", { timeout: 300_000 }, async () => {
    const text = spec("views: {a: {}, b: {}}, loss: {close: mse(a.x, 0.5 * b.x)}").replace(/head t = .*/, "");
    const expected = await weightsAfter(await opened(text), 2, (step) => batchOf(step, views));
    expectSame(await weightsAfter(await opened(text, await torch(1)()), 2, (step) => batchOf(step, views)), expected);
  });

  test("change running statistics one after the other, with the weights of all", async () => {
    const middle = " -> batch_norm";
    const [once, both] = [
      await weightsAfter(await opened(spec(plainLoss, middle)), 1, (step) => batchOf(step)),
      await weightsAfter(await opened(spec(twice, middle)), 1, (step) => batchOf(step, views)),
    ];
    const start = new Map(stageOf(spec(plainLoss, middle)).states.map(({ path, from }) => [path, from]));
    expect(start.size).toBe(2);
    for (const [path, from] of start) {
      const before = from.kind === "constant" ? from.value : Number.NaN;
      const after = Array.from(once.get(path)?.data ?? [], Number);
      // s' = 0.9 s + 0.1 b, twice.
      const expected = after.map((value) => 0.9 * value + (value - 0.9 * before));
      expect(largestDifference(both.get(path)?.data ?? [], expected), path).toBeLessThan(tolerances.passes);
    }
    expectSame(
      new Map([...both].filter(([path]) => !start.has(path))),
      new Map([...once].filter(([path]) => !start.has(path))),
    );
  });

  test("as they are and mixed are MixAugment: the sum of the loss of both batches", async () => {
    const loss = (view: string) => `mse(${view}height) + ce(${view}kind)`;
    const text = spec(
      `views: {real: {}, blend: {mix: [mixup(0.4)]}}, loss: {real: ${loss("real.")}, virtual: ${loss("blend.")}}`,
    );
    const mixed = (step: number): Tensors =>
      mixBatch(
        {
          feeds: batchOf(step),
          seed: 1,
          epoch: 0,
          index: step,
          windows: rows,
          length: 1,
          rows: Int32Array.from({ length: rows }, (_, i) => i),
          draws: undefined,
          once: new Set(),
        },
        [{ kind: "mixup", alpha: 0.4 }],
      ).feeds;
    const trainer = await opened(text);
    const views: Tensors = new Map([
      ...batchOf(0, ["real"]),
      ...[...mixed(0)].map(([name, tensor]): [string, Tensor] => [`blend/${name}`, tensor]),
    ]);
    const losses = await trainer.step(views, 0);
    await trainer.release();
    const alone = async (feeds: Tensors) => {
      const plain = await opened(spec(plainLoss));
      const found = await plain.step(feeds, 0);
      await plain.release();
      return found.get("loss") ?? Number.NaN;
    };
    const [real, virtual] = [await alone(batchOf(0)), await alone(mixed(0))];
    expect(real).not.toBeCloseTo(virtual, 3);
    expect(
      largestDifference(
        [losses.get("loss/real") ?? 0, losses.get("loss/virtual") ?? 0, losses.get("loss") ?? 0],
        [real, virtual, real + virtual],
      ),
    ).toBeLessThan(tolerances.passes);
  });

  test("are in the plan and its hash, in their order", () => {
    const [none, one, other] = [
      spec(plainLoss),
      spec(twice),
      spec(twice.replace("b: {}", "b: {augment: [hide([seen], share: 0.5)], mix: [mixup(1)]}")),
    ].map(stageOf);
    expect(none !== undefined && "views" in none).toBe(false);
    expect([...(other?.views ?? [])]).toEqual([
      ["a", { augment: [] }],
      [
        "b",
        {
          augment: [],
          hide: [{ fields: ["seen"], share: 0.5, per: "frame" }],
          mix: [{ kind: "mixup", alpha: 1 }],
        },
      ],
    ]);
    expect(new Set([none, one, other].map((stage) => stage?.hash)).size).toBe(3);
  });
});

/** Every stage of the number run, seen twice. */
const twoViews = numberSpec
  .replace(
    "criterion = {au: bce(au, pos_weight: balanced), expr: ce(expr), valence: ccc(valence), arousal: ccc(arousal)}",
    "",
  )
  .replace("{goal: criterion[goal]}", "{goal: usual[goal]}")
  .replace("{t: weight * criterion[t] for t in tasks}", "{t: weight * usual[t] for t in tasks}")
  .replaceAll(
    "  loss: ",
    "  views: {real: {}, blend: {augment: [hide([seen], share: 0.2)], mix: [mixup(0.3)]}}\n  loss: ",
  );

test("a training of two views gives the same bytes when it is interrupted and resumed", async () => {
  const both = (loss: string, task: string) => `${loss}(real.${task}) + ${loss}(blend.${task})`;
  const text = twoViews
    .replace(
      "{goal: usual[goal]}",
      `{goal: match goal { au: ${both("bce", "au")}, expr: ${both("ce", "expr")}, else: ${both("ccc", "valence")} }}`,
    )
    .replace(
      "{t: weight * usual[t] for t in tasks}",
      `{au: weight * (${both("bce", "au")}), expr: ${both("ce", "expr")}, valence: ${both("ccc", "valence")}, close: mse(real.x, blend.x)}`,
    );
  const root = drawnNumbers();
  const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
  expect(await numberRun(root, whole, {}, text).train()).toBe(true);
  for (const after of [3, 12, 25, 7]) {
    const interruption = new AbortController();
    let steps = 0;
    const watch = { ...silent, step: () => void (++steps === after && interruption.abort()) };
    await numberRun(root, stopped, { watch, signal: interruption.signal }, text).train();
  }
  expect(await numberRun(root, stopped, {}, text).train()).toBe(true);
  expect(writtenBy(stopped)).toEqual(writtenBy(whole));
});
