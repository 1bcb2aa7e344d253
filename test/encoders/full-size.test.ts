import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { weightCount } from "../../compiler/lower/describe-plan.ts";
import { planOf } from "../plan-of.ts";

const { counts }: { readonly counts: Readonly<Record<string, number>> } = JSON.parse(
  readFileSync(new URL("../reference/transformers.json", import.meta.url), "utf8"),
);

/** Networks of timm as they are written here, and the side of their pictures. */
const networks: Readonly<Record<string, readonly [network: string, side: number]>> = {
  vit_base_patch16_224: ["vit(12, 768, heads: 12, patch: 16, position: learned, pool: cls)", 224],
  vit_large_patch16_224: ["vit(24, 1024, heads: 16, patch: 16, position: learned, pool: cls)", 224],
  vit_small_patch14_dinov2: ["dinov2(12, 384, heads: 6)", 518],
  vit_giant_patch14_dinov2: ["dinov2(40, 1536, heads: 24, feed: swiglu(4096))", 518],
  vit_small_patch16_dinov3: ["dinov3(12, 384, heads: 6)", 256],
  vit_base_patch16_dinov3: ["dinov3(12, 768, heads: 12)", 256],
  vit_base_patch16_clip_224: ["clip_image(12, 768, heads: 12, patch: 16, out: 512)", 224],
  swin_tiny_patch4_window7_224: ["swin()", 224],
};

test.each(Object.entries(counts))("%s has its %d weights", (name, count) => {
  const [network, side] = networks[name] ?? ["", 0];
  const [stage] = planOf(`
use "std/aff2.abaw"
use "std/foundation.abaw"
use "std/nn.abaw"
use "std/swin.abaw"
use "std/vit.abaw"
encoder face = ${network}
model seeing() (image) { x = image -> face }
stage s = train seeing() on aff2(${side}) { loss: {square: mean(x ^ 2)}, duration: 1 steps }
`).stages;
  expect(weightCount(stage?.parameters ?? [])).toBe(count);
});

test("pictures of another size than the places were learned at change no weight", () => {
  const at = (side: number) => {
    const text = `
use "std/aff2.abaw"
use "std/foundation.abaw"
model seeing() (image) { x = image -> dinov2(2, 24, heads: 3, grid: 5) }
stage s = train seeing() on aff2(${side}) { loss: {square: mean(x ^ 2)}, duration: 1 steps }
`;
    return planOf(text).stages.flatMap(({ parameters }) => parameters.map(({ path, shape }) => ({ path, shape })));
  };
  expect(at(42)).toEqual(at(70));
  expect(at(42).find(({ path }) => path.endsWith("place"))?.shape).toEqual([26, 24]);
});
