import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { type Numbers, runGraph } from "../compiler/ops/run-graph.ts";
import { planOf } from "../plan-of.ts";
import { tolerances } from "../tolerances.ts";
import { counted, uniform } from "./counted-numbers.ts";
import { timmName, toOurs, toTheirs } from "./timm-names.ts";

interface Case {
  readonly side: number;
  readonly features: { readonly shape: readonly number[]; readonly values: readonly number[] };
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly offset: number;
    readonly scale: number;
    /** Inner products of the gradient with tensors that are counted from `<name> <k>`. */
    readonly gradient: readonly number[];
    readonly norm: number;
  }[];
}

const { cases }: { readonly cases: Readonly<Record<string, Case>> } = JSON.parse(
  readFileSync(new URL("../reference/transformers.json", import.meta.url), "utf8"),
);

/** Of each case of make_transformers.py, the same network here. */
const networks: Readonly<Record<string, string>> = {
  mae: "vit(2, 24, heads: 3, patch: 8)",
  vit: "vit(2, 24, heads: 3, patch: 8, position: learned, pool: cls)",
  dinov2: "dinov2(2, 24, heads: 3, grid: 5)",
  dinov2_giant: "dinov2(2, 24, heads: 3, grid: 2, registers: 4, feed: swiglu(48))",
  dinov3: "dinov3(2, 24, heads: 3, patch: 8)",
  clip: "clip_image(2, 24, heads: 3, patch: 8, out: 10)",
  swin: "swin(12, [2, 2, 1], [2, 3, 4], window: 4)",
};

function stageOf(network: string, side: number): StagePlan {
  const [stage] = planOf(`
use "std/aff2.abaw"
use "std/foundation.abaw"
use "std/nn.abaw"
use "std/swin.abaw"
use "std/vit.abaw"
encoder face = ${network}
model seeing() (image) { x = image -> face }
stage s = train seeing() on aff2(${side}) { loss: {grown: mean(exp(x))}, duration: 1 steps, batch: 2 }
`).stages;
  if (stage === undefined) throw new Error("the text has a stage");
  return stage;
}

/** Weights and pictures by the names of the graph's inputs. */
function feedsOf(name: string, stage: StagePlan, { side, parameters }: Case): ReadonlyMap<string, Numbers> {
  const known = new Map(parameters.map((each) => [each.name, each]));
  const pixels = Uint8Array.from(counted("pictures", 2 * side * side * 3), (bits) => bits >>> 24);
  const feeds = new Map<string, Numbers>([["image", { dtype: "uint8", shape: [2, side, side, 3], data: pixels }]]);
  for (const { path, shape } of stage.parameters) {
    const foreign = timmName(name, path);
    const theirs = known.get(foreign.name);
    if (theirs === undefined) throw new Error(`timm has no ${foreign.name}, which is ${path}`);
    const count = theirs.shape.reduce((product, size) => product * size, 1);
    const numbers = uniform(theirs.name, count).map((u) => Math.fround(theirs.offset + theirs.scale * u));
    const data = Float32Array.from(toOurs(foreign, numbers, theirs.shape));
    feeds.set(path, { dtype: "float32", shape, data });
  }
  return feeds;
}

describe.each(Object.entries(cases))("%s as timm has it", (name, wanted) => {
  const stage = stageOf(networks[name] ?? "", wanted.side);
  const feeds = feedsOf(name, stage, wanted);

  test("has the same weights", () => {
    const names = stage.parameters.map(({ path }) => timmName(name, path).name);
    expect(names.toSorted()).toEqual(wanted.parameters.map((each) => each.name).toSorted());
  });

  test("gives the same features", async () => {
    const x = (await runGraph(stage.graphs.feature("x"), feeds)).get("x");
    expect(x?.shape).toEqual(wanted.features.shape);
    expect(largestDifference(x?.data ?? [], wanted.features.values)).toBeLessThan(tolerances.encoderFeatures);
  });

  test("has the same gradients", async () => {
    const results = await runGraph(stage.graphs.training({ batch: 2, time: undefined }), feeds);
    for (const { path } of stage.parameters) {
      const foreign = timmName(name, path);
      const theirs = wanted.parameters.find((each) => each.name === foreign.name);
      const ours = Float64Array.from(results.get(`gradient/${path}`)?.data ?? [], Number);
      const gradient = toTheirs(foreign, ours, theirs?.shape ?? []);
      const products = (theirs?.gradient ?? []).map((_, k) => {
        const direction = uniform(`${foreign.name} ${k}`, gradient.length);
        return gradient.reduce((sum, each, i) => sum + each * (direction[i] ?? 0), 0);
      });
      const { norm = 0 } = theirs ?? {};
      expect(largestDifference(products, theirs?.gradient ?? [], norm), path).toBeLessThan(tolerances.encoderGradients);
      expect(Math.abs(Math.hypot(...gradient) - norm) / norm, path).toBeLessThan(tolerances.encoderGradients);
    }
  });
});
