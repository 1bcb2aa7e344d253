import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Augmentation } from "../../compiler/lower/plan-augment.ts";
import { applyChange, drawChange } from "../../runtime/data/images/augment.ts";
import { Sampler } from "../../runtime/data/images/sampler.ts";
import reference from "../reference/images.json" with { type: "json" };
import { tolerances } from "../tolerances.ts";
import { pythonWithTorch } from "./torch-here.ts";

const python = pythonWithTorch();
const folder = fileURLToPath(new URL("../../runtime/engines/torch/python/", import.meta.url));
const source = Uint8Array.from(reference.source);
const frames = Array.from({ length: 30 }, (_, i) => [11, 2, i]);
const clips = frames.map((_, i) => [11, 2, Math.floor(i / 5), 0xc11b]);
const noise = { kind: "noise", deviation: { kind: "constant", value: 0.1, warmup: undefined } } as const;

const cases: readonly (readonly Augmentation[])[] = [
  [{ kind: "rotate", degrees: 20, share: 0.5 }],
  [{ kind: "affine", rotate: 20, shift: 0.1, scale: [0.8, 1.2], per: "clip" }],
  [{ kind: "jitter", amount: 0.2, contrast: 0.4, saturation: 0.6, hue: 0.3 }],
  [{ kind: "erase", probability: 0.7 }],
  [noise],
  [
    { kind: "flip", probability: 0.5 },
    { kind: "erase", probability: 0.5 },
    { kind: "crop", area: [0.7, 1] },
    noise,
    { kind: "jitter", amount: 0.3, hue: 0.1, share: 0.8 },
    { kind: "jitter", amount: 0.1 },
  ],
];

const ask = `
import json, sys
import torch
from augment import augmented
given = json.load(sys.stdin)
images = torch.tensor(given["source"], dtype=torch.uint8).reshape(1, given["side"], given["side"], 3)
images = images.repeat(len(given["frames"]), 1, 1, 1)
words = [[tuple(each) for each in given[name]] for name in ("frames", "clips")]
print(json.dumps([augmented(images, *words, case, [0.1 if "deviation" in each else None for each in case])
                  .flatten(1).tolist() for case in given["cases"]]))
`;

describe.skipIf(python === undefined)("packed pictures in PyTorch (PYTHON names the interpreter)", () => {
  test("are changed as the runtime changes them, byte by byte but for rounding", { timeout: 120_000 }, () => {
    const input = JSON.stringify({ side: reference.side, source: reference.source, frames, clips, cases });
    const env = { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" };
    const answers: number[][][] = JSON.parse(
      execFileSync(python ?? "", ["-c", ask], { input, env, encoding: "utf8", maxBuffer: 1 << 28 }),
    );
    const sampler = new Sampler(reference.side);
    cases.forEach((augmentations, c) => {
      const strengths = augmentations.map((each) => (each.kind === "noise" ? 0.1 : undefined));
      frames.forEach((words, n) => {
        const expected = new Uint8Array(source.length);
        applyChange(
          sampler,
          { pixels: source, width: reference.side, height: reference.side },
          drawChange(augmentations, words, { clip: clips[n] ?? [], strengths }),
          expected,
          0,
        );
        const found = answers[c]?.[n] ?? [];
        const away = found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN)));
        const others = away.filter((each) => each > 0).length / away.length;
        expect(Math.max(...away), `case ${c}, frame ${n}`).toBeLessThanOrEqual(tolerances.packedBytes);
        expect(others, `case ${c}, frame ${n}`).toBeLessThan(tolerances.packedOtherBytes);
      });
    });
    expect(answers.length).toBe(cases.length);
  });
});
