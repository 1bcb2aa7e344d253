import { describe, expect, test } from "vitest";
import { explain } from "../../compiler/explain/explain.ts";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Dim } from "../../compiler/ir/dim.ts";
import { nodesOf } from "../../compiler/ir/graph.ts";
import { resizeLeaf } from "../../compiler/ir/resize.ts";
import { rewriteGraph } from "../../compiler/ir/rewrite.ts";
import { featureGraph, resize } from "../../compiler/lower/graphs.ts";
import { opNamed, opRules } from "../../compiler/ops/index.ts";
import { analysed } from "../seeing/analysed.ts";

interface Published {
  readonly file: string;
  readonly call: string;
  readonly side: number;
  /** What of its result counts as features. */
  readonly taken?: string;
  /** Millions of parameters. */
  readonly weights: number;
  /** Counted with norms merged into the convolutions before them: one number for each channel is left of two. */
  readonly merged?: true;
  /** Thousand millions of multiply-adds of a picture; where none is published, that is left out. */
  readonly products?: number;
}

const base = "depths: [3, 3, 27, 3], dims: [128, 256, 512, 1024]";

/** As torchvision's and timm's tables of models, InsightFace's, and the papers of MobileFaceNet and DDAMFN have them. */
const published: Readonly<Record<string, Published>> = {
  VGG16: { file: "cnn", call: "vgg16(classes: 1000)", side: 224, weights: 138.36, products: 15.47 },
  "ResNet-18": { file: "cnn", call: "resnet18(classes: 1000)", side: 224, weights: 11.69, products: 1.814 },
  "ResNet-50": { file: "cnn", call: "resnet50(classes: 1000)", side: 224, weights: 25.56, products: 4.089 },
  "ConvNeXt-T": { file: "convnext", call: "convnext(classes: 1000)", side: 224, weights: 28.59, products: 4.456 },
  "ConvNeXt-B": {
    file: "convnext",
    call: `convnext(${base}, classes: 1000)`,
    side: 224,
    weights: 88.59,
    products: 15.355,
  },
  "EfficientNet-B0": {
    file: "efficientnet",
    call: "efficientnet(classes: 1000)",
    side: 224,
    weights: 5.29,
    products: 0.386,
  },
  "RegNetY-400MF": { file: "regnet", call: "regnety(classes: 1000)", side: 224, weights: 4.34, products: 0.402 },
  "MobileViT-S": { file: "mobilevit", call: "mobilevit(classes: 1000)", side: 256, weights: 5.58 },
  "IResNet-50": { file: "face", call: "iresnet50()", side: 112, weights: 43.59, products: 6.3 },
  MobileFaceNet: {
    file: "face",
    call: "mobilefacenet(scale: 1, out: 128)",
    side: 112,
    weights: 0.99,
    merged: true,
    products: 0.221,
  },
  DDAMFN: { file: "ddamfn", call: "ddamfn()", side: 112, taken: "x.features", weights: 4.11 },
};

describe.each(Object.entries(published))("%s", (_, { file, call, side, taken = "x", weights, merged, products }) => {
  const text = `use "std/aff2.abaw"
use "std/${file}.abaw"
encoder net = ${call}
model m() (image) {
  x = image -> net
  features = ${taken}
  head au = features -> linear
}
stage s = train m() on aff2(${side}) { batch: 2, duration: 1 epoch }`;

  /** Compiles it, its training graph too; the fastest of some rounds, in seconds of a processor. */
  function compiled() {
    const seconds: number[] = [];
    for (;;) {
      const begun = process.cpuUsage();
      const known = analysed(text, "test.abaw", { ask: ["s"] });
      const stage = known.stage("s");
      stage.plan.graphs.training({ batch: 2, time: undefined });
      const { user, system } = process.cpuUsage(begun);
      seconds.push((user + system) / 1e6);
      if (seconds.length === 3 || Math.min(...seconds) < 2) return { known, stage, seconds: Math.min(...seconds) };
    }
  }

  test("compiles in two seconds to as many weights and products as published", () => {
    const { known, stage, seconds } = compiled();
    expect(seconds).toBeLessThan(2);
    const { checked } = stage;
    const [asked] = known.asked;
    const explanation = asked && explain(asked, known, 1);
    const net = explanation?.kind === "stage" && explanation.weights.tree.find(({ path }) => path === "net");
    if (!net) throw new Error("the stage has no encoder");
    const norms = [...checked.built.model.states.values()].filter(({ path }) => path.endsWith("running_mean"));
    const channels = norms.reduce((sum, { shape: [size = 0] }) => sum + size, 0);
    const count = net.weights - (merged ? channels : 0);
    expect(Math.abs(count / 1e6 / weights - 1)).toBeLessThan(0.01);
    if (products === undefined) return;
    const one = new Map<string, Dim>([["batch", 1]]);
    const rule = resize(one, () => false);
    const graph = rewriteGraph(featureGraph(checked, "features"), new GraphBuilder(opRules), rule, resizeLeaf(one));
    const found = nodesOf(graph).reduce((sum, { op, inputs, outputs, attributes }) => {
      if (!/^(gemm|linear|matmul|conv)$/.test(op)) return sum;
      const types = inputs.map((input) => input?.type);
      return (
        sum +
        Number(
          opNamed(op).flops(
            types,
            outputs.map(({ type }) => type),
            attributes,
          ),
        )
      );
    }, 0);
    expect(Math.abs(found / 2 / 1e9 / products - 1)).toBeLessThan(0.01);
    // Beside the products: biases, norms, functions.
    expect(net.flops / found).toBeGreaterThan(1);
    expect(net.flops / found).toBeLessThan(1.1);
  });
});
