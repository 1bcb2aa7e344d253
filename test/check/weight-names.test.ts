import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { FileHeader } from "../../compiler/check/file-header.ts";
import { compile } from "../../compiler/compile.ts";
import { dotted, families, nameMapOf, ourName, theirNames } from "../../compiler/library/weight-names/index.ts";
import { readStandard } from "../plan-of.ts";

type Shapes = Map<string, readonly number[]>;

const norm = (shapes: Shapes, name: string, width: number): void => {
  for (const each of ["weight", "bias", "running_mean", "running_var"]) shapes.set(`${name}.${each}`, [width]);
  shapes.set(`${name}.num_batches_tracked`, []);
};

/** torchvision's VGG16: configuration D of arXiv 1409.1556, an activation after each convolution. */
function vgg16(): Shapes {
  const shapes: Shapes = new Map();
  const plan = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];
  let [place, into] = [0, 3];
  for (const out of plan) {
    if (out > 0) {
      shapes.set(`features.${place}.weight`, [out, into, 3, 3]).set(`features.${place}.bias`, [out]);
      into = out;
    }
    place += out > 0 ? 2 : 1;
  }
  for (const [name, out, wide] of [
    ["0", 4096, 512 * 7 * 7],
    ["3", 4096, 4096],
    ["6", 2622, 4096],
  ] as const)
    shapes.set(`classifier.${name}.weight`, [out, wide]).set(`classifier.${name}.bias`, [out]);
  return shapes;
}

/** SainingZhang/DDAMFN, MixedFeatureNet: every tensor that its classes declare, those that its forward never uses as well. */
function mixedFeatureNet(): Shapes {
  const shapes: Shapes = new Map();
  const linear = (name: string, into: number, out: number, kernel: readonly number[], groups = 1): void => {
    shapes.set(`${name}.conv.weight`, [out, into / groups, ...kernel]);
    norm(shapes, `${name}.bn`, out);
  };
  const conv = (name: string, into: number, out: number, kernel: readonly number[], groups = 1): void => {
    linear(name, into, out, kernel, groups);
    shapes.set(`${name}.prelu.weight`, [out]);
  };
  const mixed = (
    name: string,
    into: number,
    out: number,
    wide: number,
    kernels: Readonly<Record<number, number>>,
  ): void => {
    conv(`${name}.conv`, into, wide, [1, 1]);
    Object.entries(kernels).forEach(([kernel, part], k) => {
      shapes.set(`${name}.conv_dw.mixed_depthwise_conv.${k}.weight`, [part, 1, Number(kernel), Number(kernel)]);
    });
    norm(shapes, `${name}.conv_dw.bn`, wide);
    shapes.set(`${name}.conv_dw.prelu.weight`, [wide]);
    const few = Math.max(8, Math.floor(wide / 32));
    for (const [i, from, to] of [
      [1, wide, few],
      [2, few, wide],
      [3, few, wide],
    ] as const)
      shapes.set(`${name}.CA.conv${i}.weight`, [to, from, 1, 1]).set(`${name}.CA.conv${i}.bias`, [to]);
    norm(shapes, `${name}.CA.bn1`, few);
    linear(`${name}.project`, wide, out, [1, 1]);
  };
  conv("conv1", 3, 64, [3, 3]);
  conv("conv2_dw", 64, 64, [3, 3], 64);
  mixed("conv_23", 64, 64, 128, { 3: 64, 5: 32, 7: 32 });
  for (let i = 0; i < 9; i += 1) mixed(`conv_3.model.${i}`, 64, 64, 128, { 3: 96, 5: 32 });
  mixed("conv_34", 64, 128, 256, { 3: 128, 5: 64, 7: 64 });
  for (let i = 0; i < 16; i += 1) mixed(`conv_4.model.${i}`, 128, 128, 256, { 3: 192, 5: 64 });
  mixed("conv_45", 128, 256, 1024, { 3: 256, 5: 256, 7: 256, 9: 256 });
  for (let i = 0; i < 6; i += 1) mixed(`conv_5.model.${i}`, 256, 256, 512, { 3: 172, 5: 170, 7: 170 });
  conv("conv_6_sep", 256, 512, [1, 1]);
  linear("conv_6_dw", 512, 512, [7, 7], 512);
  shapes.set("linear.weight", [256, 512]);
  norm(shapes, "bn", 256);
  return shapes;
}

/** What a spec of the library says where its weight files have these tensors. */
function saidOf(spec: string, shapes: Shapes): readonly string[] {
  const name = `specs/${spec}`;
  const text = readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
  const header: FileHeader = { kind: "tensors", shapes, boxes: [], fixed: new Set() };
  const inspect = (_: string, format: string): FileHeader => (format === "weights" ? header : { kind: "absent" });
  const { diagnostics } = compile({ name, text }, { read: readStandard, inspect });
  return diagnostics
    .filter(({ code }) => code === "weights-mismatch" || code === "no-member" || code === "changes-nothing")
    .map(({ message, help }) => `${message} ${help ?? ""}`);
}

describe("a published network's names are those of its module here, all of them", () => {
  test("VGG16 of torchvision", () => {
    expect(saidOf("table5/baseline.abaw", vgg16())).toEqual([]);
  });

  test("DDAMFN's mixed feature network, but for what it declares and never uses", () => {
    expect(saidOf("table5/aiwell-uoc.abaw", mixedFeatureNet())).toEqual([]);
  });

  test("and one name less is told", () => {
    const shapes = vgg16();
    shapes.delete("features.28.bias");
    expect(saidOf("table5/baseline.abaw", shapes)).toEqual([
      expect.stringContaining("it has no features.28.bias for `vgg.features[28].bias`"),
    ]);
  });
});

describe("a family's table", () => {
  const paths = [
    "trunk.cls",
    "trunk.embed.weight",
    "trunk.blocks[3].attn.qkv.weight",
    "trunk.blocks[11].ffn.fc1.bias",
    "trunk.blocks[0].norm1.weight",
    "norm.bias",
    "convs[2].layers[1].conv.weight",
    "stem[0].y.batch_norm.running_var",
    "blocks[27].y.mixed_depthwise.conv[3].weight",
  ];

  test.each(families)("%s: leads back from each of its names to ours", (family) => {
    const map = nameMapOf(family);
    for (const path of paths) {
      const bare = dotted((map.around ?? []).reduce((each, home) => each.replace(new RegExp(`^${home}\\.`), ""), path));
      for (const name of theirNames(map, path).ways.flat()) expect(ourName(map, name), name).toBe(bare);
    }
  });
});
