import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { resolvedStage } from "../../compiler/explain/resolved-stage.ts";
import { declaredName, stageText } from "../../compiler/explain/stage-text.ts";
import { formatSource } from "../../compiler/format/index.ts";
import { compiled, oneLine, planOf } from "../plan-of.ts";
import { analysed, analysedSpec, wholeSpecs } from "./analysed.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const textOf = (path: string) => readFileSync(`${root}${path}`, "utf8");

/** The hashes of blocks that are put behind a text, under names of their own. */
function hashesOf(text: string, blocks: readonly string[], profile?: string): readonly (string | undefined)[] {
  const { plan, diagnostics } = compiled(`${text}\n${blocks.join("\n")}`, profile === undefined ? {} : { profile });
  expect(diagnostics.filter(({ severity }) => severity === "error").map(oneLine)).toEqual([]);
  const found = new Map(plan?.stages.map(({ label, hash }) => [label, hash]));
  return blocks.map((_, i) => found.get(`explained_${i}`));
}

const cases = wholeSpecs.flatMap((path): readonly (readonly [string, string | undefined])[] =>
  textOf(path).includes("\nprofile toy {")
    ? [
        [path, undefined],
        [path, "toy"],
      ]
    : [[path, undefined]],
);

test.each(cases)(
  "%s (profile %s): every stage's block, written out, means the same when it is pasted back",
  (path, profile) => {
    const { stages } = profile === undefined ? analysedSpec(path) : analysed(textOf(path), path, { profile });
    const blocks = stages.map(({ checked }, i) => stageText(resolvedStage(checked), `explained_${i}`));
    expect(hashesOf(textOf(path), blocks, profile)).toEqual(stages.map(({ plan }) => plan.hash));
    for (const block of blocks) expect(formatSource({ name: "block", text: block }).text).toBe(block);
  },
);

describe("the block of a stage", () => {
  const { stage } = analysedSpec("specs/00-example.abaw");
  const block = stageText(resolvedStage(stage("variant_b").checked), "explained_0");

  test("is the language's own, with every default", () => {
    expect(block).toMatchInlineSnapshot(`
      "stage explained_0 = train system([au, expr, valence], from: [alone(au), alone(valence)], temporal: true) on aff2(224) {
        where:         any_valid(au, expr, valence)
        clip:          clip(10, hop: 10, by: rows, pad: repeat, gap: none)
        init:          {face: alone(expr).face, expr: alone(expr).expr}
        loss: {
          au:      1 * bce(au, weight: none, pos_weight: balanced)
          expr:    0.25 * ce(expr, weight: balanced, smoothing: 0)
          valence: 1 * ccc(valence, unbiased: false)
        }
        balance:       none
        augment:       [flip(probability: 0.5, per: frame)]
        mix:           []
        sample:        none
        optimizer:     adamw(1e-5, weight_decay: 0.01, betas: [0.9, 0.999], eps: 1e-8)
        params:        {face: {lr: 1e-6}, face.trunk.blocks[0 .. 5]: frozen}
        batch:         8
        accumulate:    1
        duration:      30 epochs
        seed:          0
        keep:          best(score(expr))
        patience:      none
        max_grad_norm: none
        ema:           none
        evaluate: {
          clip:    clip(10, hop: 10, by: rows, pad: repeat, gap: none)
          merge:   mean
          weights: last
          every:   1 epochs
        }
        precision:     fp32
      }
      "
    `);
  });

  test("with any of its values changed is another training", () => {
    const changes = [
      ["from: [alone(au), alone(valence)]", "from: [alone(au)]"],
      ["any_valid(au, expr, valence)", "valid(au)"],
      ["hop: 10, by: rows", "hop: 5, by: rows"],
      ["pad: repeat", "pad: zero"],
      ["expr: alone(expr).expr", "face.norm: alone(au).face.norm"],
      ["0.25 * ce", "0.5 * ce"],
      ["pos_weight: balanced", "pos_weight: none"],
      ["probability: 0.5", "probability: 0.25"],
      ["adamw(1e-5", "adamw(2e-5"],
      ["eps: 1e-8", "eps: 1e-7"],
      ["{lr: 1e-6}", "{lr: 2e-6}"],
      ["[0 .. 5]: frozen", "[0 .. 6]: frozen"],
      ["batch:         8", "batch: 9"],
      ["30 epochs", "31 epochs"],
      ["seed:          0", "seed: 1"],
      ["best(score(expr))", "best(score(au))"],
      ["patience:      none", "patience: 3 epochs"],
      ["max_grad_norm: none", "max_grad_norm: 1"],
      ["ema:           none", "ema: 0.9"],
      ["every:   1 epochs", "every: 2 epochs"],
    ] as const;
    const blocks = changes.map(([before, after], i) => {
      expect(block).toContain(before);
      return block.replace("explained_0", `explained_${i}`).replace(before, after);
    });
    const hashes = hashesOf(textOf("specs/00-example.abaw"), blocks);
    expect(new Set([...hashes, stage("variant_b").plan.hash]).size).toBe(changes.length + 1);
  });

  test("with the last of many numbers changed is another training", () => {
    const weighted = (last: number) =>
      block.replace("ce(expr, weight: balanced", `ce(expr, weight: [1, 1, 1, 1, 1, 1, 1, ${last}]`);
    const blocks = [weighted(1), weighted(2).replace("explained_0", "explained_1")];
    expect(new Set(hashesOf(textOf("specs/00-example.abaw"), blocks)).size).toBe(2);
  });

  test("follows overrides into what a key holds, of patterns, terms and first weights too", () => {
    const more = `
other = variant_b with {optimizer.lr: 3e-5, params.face.lr: 2e-6, params.m: frozen, loss.au: 2 * bce(au), init.face.norm: alone(au).face.norm}
`;
    const text = textOf("specs/00-example.abaw") + more;
    const checked = analysed(text).stage("other").checked;
    const changed = stageText(resolvedStage(checked), "explained_0");
    expect(changed).toContain("adamw(3e-5, weight_decay: 0.01");
    expect(changed).toContain("2 * bce(au, weight: none, pos_weight: none)");
    expect(hashesOf(text, [changed])).toEqual([planOf(text).stages.find(({ label }) => label === "other")?.hash]);
    const norm = planOf(text)
      .stages.find(({ label }) => label === "other")
      ?.parameters.find(({ path }) => path === "face.norm.weight");
    expect(norm?.from).toMatchObject({ kind: "stage", path: "face.norm.weight" });
  });
});

test("names of declarations are made of labels", () => {
  const labels = ["alone(au)", "together", "sweep[a: 1, b: [x]]", "1st"];
  expect(labels.map(declaredName)).toEqual(["alone_au", "together", "sweep_a_1_b_x", "stage_1st"]);
});
