import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Family, nameMapOf, theirNames } from "../../compiler/library/weight-names/index.ts";
import { type Numbers, runGraph } from "../compiler/ops/run-graph.ts";
import { gradientGraph } from "../compiler/ops/sample-graph.ts";
import { tolerances } from "../tolerances.ts";
import { drawn, drawnWeight } from "./drawn.ts";
import { encoderGraph } from "./encoder-graph.ts";

/** What test/reference/make_encoders.py wrote. */
interface Stored {
  readonly cases: Readonly<Record<string, StoredCase>>;
}

type Summed = readonly [sum: number, norm: number];

interface StoredCase {
  readonly evaluation: Answer;
  /** Where batches are normalised. */
  readonly training?: Answer;
  readonly side: number;
  readonly batch: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly statistics: Readonly<Record<string, Summed>>;
}

interface Answer {
  readonly features: readonly number[];
  readonly picture: readonly number[];
  readonly weights: Readonly<Record<string, Summed>>;
}

interface Case {
  readonly family: Family;
  readonly files: readonly string[];
  readonly call: string;
  readonly taken?: string;
}

const half = "widths: [8, 16, 24, 40, 56, 96, 160], stem: 16, top: 640, classes: 10";
const cases: Readonly<Record<string, Case>> = {
  vgg16: { family: "torchvision", files: ["cnn"], call: "vgg16(32, classes: 10)" },
  resnet18: { family: "torchvision", files: ["cnn"], call: "resnet18([2, 1, 1, 1], classes: 10)" },
  resnet50: { family: "torchvision", files: ["cnn"], call: "resnet50([2, 1, 1, 1], classes: 10)" },
  convnext: { family: "timm", files: ["convnext"], call: "convnext([1, 2, 2, 1], [16, 24, 32, 48], classes: 10)" },
  efficientnet: { family: "timm", files: ["efficientnet"], call: `efficientnet(${half})` },
  tf_efficientnet: {
    family: "timm",
    files: ["efficientnet"],
    call: `efficientnet(${half}, pad: same_upper, eps: 1e-3)`,
  },
  regnety: { family: "timm", files: ["regnet"], call: "regnety(classes: 10)" },
  mobilevit: {
    family: "timm",
    files: ["mobilevit"],
    call: "mobilevit([32, 48, 64, 80, 96], [96, 120, 144], 384, classes: 10)",
  },
  iresnet50: { family: "insightface", files: ["face"], call: "iresnet50([1, 2, 1, 1], [16, 24, 32, 48], 24)" },
  mobilefacenet: { family: "insightface", files: ["face"], call: "mobilefacenet([1, 2, 2, 1], 1, 24)" },
  mobilefacenet_large: { family: "insightface", files: ["face"], call: "mobilefacenet([2, 1, 1, 1], 2, 24)" },
  ddamfn: { family: "ddamfn", files: ["ddamfn"], call: "ddamfn(blocks: [1, 2, 1])", taken: "x.features" },
};

const stored: Stored = JSON.parse(readFileSync(new URL("../reference/encoders.json", import.meta.url), "utf8"));

test("every encoder that was asked for is here", () => {
  expect(Object.keys(cases)).toEqual(Object.keys(stored.cases));
});

describe.each(Object.entries(cases))("%s", (name, { family, files, call, taken }) => {
  const answer = stored.cases[name];
  if (answer === undefined) throw new Error(`run test/reference/make_encoders.py for ${name}`);
  const { side, batch } = answer;
  const encoder = encoderGraph(files, call, { side, batch }, taken);
  const publicName = (path: string) => theirNames(nameMapOf(family), path).ways[0]?.[0] ?? path;
  const all = new Map([...encoder.weights, ...encoder.statistics]);

  test("has the tensors of its public implementation under their names", () => {
    const own = Object.fromEntries([...all].map(([path, shape]) => [publicName(path), shape]));
    expect(own).toEqual(answer.shapes);
  });

  const modes = (["evaluation", "training"] as const).flatMap((mode) => {
    const expected = answer[mode];
    return expected === undefined ? [] : [[mode, expected] as const];
  });
  test.each(modes)("has its features and gradients in %s", async (mode, expected) => {
    const graph = encoder.graph(mode);
    const features = graph.outputs[0]?.value.type.shape.map(Number) ?? [];
    const cotangents = new Map([["features", numbers("cotangent", features, (u) => u)]]);
    const wanted = ["picture", ...[...encoder.weights.keys()].map((path) => `net.${path}`)];
    const backward = gradientGraph(graph, cotangents, wanted);
    const feeds = new Map<string, Numbers>([
      ["picture", numbers("picture", [batch, 3, side, side], (u) => (u + 1) / 2)],
      ...[...cotangents].map(([output, cotangent]) => [`cotangent/${output}`, cotangent] as const),
      ...[...all].map(([path, shape]): [string, Numbers] => [
        `net.${path}`,
        { dtype: "float32", shape, data: drawnWeight(publicName(path), shape) },
      ]),
    ]);
    const results = await runGraph({ name: mode, outputs: [...graph.outputs, ...backward.outputs] }, feeds);
    const every = (output: string, most: number) => {
      const data = results.get(output)?.data ?? [];
      const step = Math.ceil(data.length / most);
      return Array.from({ length: Math.ceil(data.length / step) }, (_, i) => Number(data[i * step]));
    };
    expect(away(every("features", 48), expected.features), "features").toBeLessThan(tolerances.encoderValues);
    expect(away(every("gradient/picture", 96), expected.picture), "picture").toBeLessThan(tolerances.encoderGradients);
    // Of a bias before a norm the gradient is 0 but for rounding.
    const least = 1e-3 * Math.max(...Object.values(expected.weights).map(([, norm]) => norm));
    for (const path of encoder.weights.keys()) {
      const weight = publicName(path);
      const found = results.get(`gradient/net.${path}`);
      expectSummed(weight, found, expected.weights[weight], tolerances.encoderGradients, least);
    }
    if (mode === "training")
      for (const path of encoder.statistics.keys()) {
        const statistic = publicName(path);
        expectSummed(statistic, results.get(`state/${path}`), answer.statistics[statistic], tolerances.encoderValues);
      }
  });
});

function numbers(name: string, shape: readonly number[], of: (u: number) => number): Numbers {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: "float32", shape, data: Float32Array.from(drawn(name, count), of) };
}

/** The norm of a difference over the norm of what is expected: a rectifier that rounding switches moves few of many gradients. */
function away(found: readonly number[], expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return Math.hypot(...expected.map((value, i) => value - (found[i] ?? 0))) / Math.hypot(...expected);
}

/** A tensor by its sum with drawn numbers and its norm, which, or `least`, is what differences are relative to. */
function expectSummed(
  name: string,
  found: Numbers | undefined,
  expected: Summed | undefined,
  tolerance: number,
  least = 0,
): void {
  const data = found?.data ?? [];
  const against = drawn(`gradient/${name}`, data.length);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < data.length; i += 1) {
    const value = Number(data[i]);
    sum += value * (against[i] ?? 0);
    squares += value * value;
  }
  const norm = Math.sqrt(squares);
  const [expectedSum = Number.NaN, expectedNorm = Number.NaN] = expected ?? [];
  const size = Math.max(expectedNorm, least);
  expect(Math.abs(sum - expectedSum) / size, name).toBeLessThan(tolerance);
  expect(Math.abs(norm - expectedNorm) / size, name).toBeLessThan(tolerance);
}
