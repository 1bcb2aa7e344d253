import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readSpec } from "../../cli/read-spec.ts";
import { weightCount } from "../../compiler/lower/describe-plan.ts";
import { readMetrics } from "../../runtime/train/metrics-log.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { abawInProcess } from "../cli/in-process.ts";

const specs = fileURLToPath(new URL("../../specs/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "abaw-now-"));
symlinkSync(specs, join(folder, "specs"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Weights of a stage by hand. Leader and followers: convolutions of 5 over 512, 128 and 39 numbers with skips where the width changes, three
 * maps of each stream to 32, of 96 to 96 with its norm, and 224 to 1. Joint cross-attention at 128: three recurrent layers, of 512, 512 and 256
 * numbers, maps of 512 frames without shifts, and the head.
 */
const systems = [
  ["leader-follower", "led(valence, 0)", leaderWeights()],
  ["joint-cross-attention", "recursed(arousal)", jointWeights()],
] as const;

test("every system of specs/now is here", () => {
  expect(readdirSync(join(specs, "now")).toSorted()).toEqual(systems.map(([name]) => `${name}.abaw`).toSorted());
});

describe.each(systems)("specs/now/%s.abaw", (name, label, weights) => {
  const path = `specs/now/${name}.abaw`;

  test("checks at full size, with the weights counted by hand", () => {
    const { plan, diagnostics } = readSpec(join(folder, path), {});
    expect(diagnostics.filter(({ severity }) => severity !== "note" && severity !== "later")).toEqual([]);
    const stage = plan?.stages.find((each) => each.label === label);
    expect(stage === undefined ? 0 : weightCount(stage.parameters)).toBe(weights);
  });

  test("trains as a toy, its loss falling, and exports", { timeout: 240_000 }, async () => {
    const say = (word: string, ...names: readonly string[]) =>
      abawInProcess([word, path, ...names, "--profile", "toy"], folder);
    const run = await say("run", "final");
    expect([run.status, run.out]).toEqual([0, expect.stringMatching(/^final +(valence|arousal) +CCC +0\.[1-9]/m)]);
    const stages = join(folder, "runs", name, "stages");
    for (const stage of readdirSync(stages)) {
      const losses = readMetrics(join(stages, stage, stageFiles.log)).map(({ losses: { loss = 0 } }) => loss);
      expect(losses.length, stage).toBeGreaterThan(1);
      expect(losses.at(-1), stage).toBeLessThan(losses[0] ?? 0);
    }
    const exported = await say("export");
    expect([exported.status, exported.out]).toEqual([
      0,
      expect.stringContaining("differs from the runtime by at most"),
    ]);
  });
});

function leaderWeights(): number {
  const dense = (into: number, out: number) => (into + 1) * out;
  const tcn = (into: number, channels: readonly number[]) =>
    channels.reduce((sum, out, i) => {
      const before = channels[i - 1] ?? into;
      const skip = before === out ? 0 : dense(before, out);
      return sum + dense(5 * before, out) + dense(5 * out, out) + skip;
    }, 0);
  const streams = tcn(512, [512, 256, 256, 128]) + tcn(128, [32, 32, 32, 32]) + tcn(39, [32, 32, 32, 32]);
  const maps = 3 * (dense(128, 32) + 2 * dense(32, 32));
  return streams + maps + dense(96, 96) + 2 * 96 + dense(128 + 96, 1);
}

function jointWeights(): number {
  const lstm = (into: number, hidden: number) => 4 * hidden * (into + hidden + 2);
  const round = 2 * (512 * 512) + 2 * 32 * (256 + 512) + 2 * 512 * 32;
  return 2 * lstm(512, 128) + lstm(256, 128) + round + (128 + 1) * 128 + 129;
}
