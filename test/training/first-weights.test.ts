import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Compiled } from "../../compiler/compile.ts";
import { fileHeader } from "../../runtime/spec-files/spec-files.ts";
import { initialWeights } from "../../runtime/train/initial-weights.ts";
import { compiled, oneLine } from "../plan-of.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const files = "test/reference/weights";

type Stored = Readonly<Record<string, { readonly shape: readonly number[]; readonly bits: readonly number[] }>>;
const stored: Readonly<Record<string, Stored>> = JSON.parse(
  readFileSync(new URL("../reference/weights.json", import.meta.url), "utf8"),
);

function warningsOf(encoder: string, load: string): readonly string[] {
  return compiledWith(encoder, load)
    .diagnostics.filter(({ severity }) => severity === "warning")
    .map(({ message }) => message);
}

/** The first weights of a stage whose encoder starts from a file; what is said about the file instead, if that is no note. */
function firstWeights(encoder: string, load: string): ReadonlyMap<string, readonly number[]> | string {
  const { plan, diagnostics } = compiledWith(encoder, load);
  const errors = diagnostics.filter(({ severity }) => severity === "error" || severity === "later");
  const [stage] = plan?.stages ?? [];
  if (stage === undefined || errors.length > 0) return errors.map(oneLine).join("\n");
  const weights = initialWeights([...stage.parameters, ...stage.states], 0, () => new Map());
  return new Map([...weights].map(([path, { data }]) => [path, Array.from(data, Number)]));
}

function compiledWith(encoder: string, load: string): Compiled {
  const text = `
    use "std/aff2.abaw"
    use "std/vit.abaw"
    module placed(side: int) (image: [.., c, h, w]) {
      place = learned([n: side * side + 1, d: 8], normal(0.02))
      return (mean(image, over: [h, w]) -> rename(c: d) -> linear(8)) + mean(place, over: n)
    }
    encoder face = ${encoder} { weights: load(${load}) }
    model network() (image) { head au = image -> face -> linear }
    stage first = train network() on aff2(8) { duration: 1 epochs }
    export first`;
  return compiled(text, { inspect: (...file) => fileHeader(root, ...file) });
}

const small = "vit(depth: 2, dim: 8, heads: 2, patch: 2)";

/** The transformer of make_weights.py, as each of its files has it. */
const ways: readonly string[] = [
  `"${files}/mae.safetensors", names: mae, drop: ["pos_embed"]`,
  `"${files}/mae.safetensors", names: timm, drop: ["place"]`,
  `"${files}/checkpoint.pth", names: mae, drop: ["pos_embed"]`,
  `"${files}/checkpoint.pth", under: "model.module", names: dinov2, drop: ["pos_embed"]`,
  `"${files}/fixed.pth", names: mae, drop: ["decoder.**", "mask_token"]`,
  `"${files}/model.safetensors.index.json", names: hugging_face, drop: ["place"]`,
  `"${files}/pytorch_model.bin.index.json", names: hugging_face, drop: ["embeddings.position_embeddings"]`,
];

describe("one transformer from files of other programs", () => {
  const first = firstWeights(small, ways[0] ?? "");

  test("is that transformer: rows as they are, a kernel as the matrix of patches", () => {
    if (typeof first === "string") throw new Error(first);
    const numbers = (name: string) => {
      const words = Uint32Array.from(stored["mae.safetensors"]?.[name]?.bits ?? []);
      return Array.from(new Float32Array(words.buffer));
    };
    expect(first.get("face.trunk.blocks[1].attn.qkv.weight")).toEqual(numbers("blocks.1.attn.qkv.weight"));
    expect(first.get("face.norm.bias")).toEqual(numbers("norm.bias"));
    const kernel = numbers("patch_embed.proj.weight");
    const matrix = first.get("face.trunk.embed.weight");
    // Row o of the matrix is over patches [row, column, channel], and of the kernel over [channel, row, column].
    for (let o = 0; o < 8; o += 1)
      for (let c = 0; c < 3; c += 1)
        for (let i = 0; i < 4; i += 1) expect(matrix?.[o * 12 + i * 3 + c]).toBe(kernel[o * 12 + c * 4 + i]);
  });

  test.each(ways)("load(%s)", (load) => {
    expect(firstWeights(small, load)).toEqual(first);
  });

  test("what is fresh keeps its initialiser, also where the file has it", () => {
    const fresh = firstWeights(small, `${ways[0]}, fresh: ["norm"]`);
    if (typeof fresh === "string" || typeof first === "string") throw new Error(String(fresh));
    expect(fresh.get("face.norm.weight")).toEqual(Array.from({ length: 8 }, () => 1));
    expect(fresh.get("face.trunk.cls")).toEqual(first.get("face.trunk.cls"));
  });
});

describe("a file that does not fit", () => {
  test("has learned places, which an encoder with fixed ones would lose", () => {
    expect(firstWeights(small, `"${files}/mae.safetensors", names: mae`)).toContain("pos_embed has no place here");
  });

  test("has a decoder, which is to be dropped", () => {
    expect(firstWeights(small, `"${files}/fixed.pth", names: mae`)).toContain("mask_token has no place here");
  });

  test("has another eps in its layer norms", () => {
    const said = warningsOf(small, `"${files}/model.safetensors.index.json", names: hugging_face, drop: ["place"]`);
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringContaining("adds 1e-6 to the variance, and its weights were trained with 1e-12"),
      ]),
    );
  });

  test("is of another family: which one fits is told", () => {
    expect(firstWeights(small, `"${files}/model.safetensors.index.json", names: mae`)).toContain("it has no cls_token");
  });
});

test("positions of another grid are interpolated where the spec says so", () => {
  const load = `"${files}/mae.safetensors", names: mae, fresh: ["linear"], drop: ["cls_token", "patch_embed", "blocks", "norm"]`;
  expect(firstWeights("placed(3)", load)).toContain("`resize` interpolates between grids");
  const weights = firstWeights("placed(3)", `${load}, resize: ["place"]`);
  if (typeof weights === "string") throw new Error(weights);
  expect(weights.get("face.place")?.length).toBe(10 * 8);
  const same = firstWeights("placed(4)", load);
  if (typeof same === "string") throw new Error(same);
  // The class token's row stays.
  expect(weights.get("face.place")?.slice(0, 8)).toEqual(same.get("face.place")?.slice(0, 8));
});
