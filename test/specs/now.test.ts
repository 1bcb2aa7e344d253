import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSpec } from "../../cli/read-spec.ts";
import { weightCount } from "../../compiler/lower/describe-plan.ts";
import { specsFolder } from "../spec-names.ts";

/**
 * Weights of a stage by hand. Leader and followers: convolutions of 5 over 512, 128 and 39 numbers with skips where the width changes, three
 * maps of each stream to 32, of 96 to 96 with its norm, and 224 to 1. Joint cross-attention at 128: three recurrent layers, of 512, 512 and 256
 * numbers, maps of 512 frames without shifts, and the head.
 */
const counted = [
  ["leader-follower", "led(valence, 0)", leaderWeights()],
  ["joint-cross-attention", "recursed(arousal)", jointWeights()],
] as const;

const planned = (name: string) => {
  const { plan } = readSpec(join(specsFolder, "now", `${name}.abaw`), {});
  if (plan === undefined) throw new Error("it has a plan");
  return plan;
};

test.each(counted)("specs/now/%s.abaw has in %s the %d weights that are counted by hand", (name, label, weights) => {
  const stage = planned(name).stages.find((each) => each.label === label);
  expect(stage === undefined ? 0 : weightCount(stage.parameters)).toBe(weights);
});

describe.each(["convnext-baseline", "uncertainty-pcgrad"])("specs/now/%s.abaw", (name) => {
  test("trains nothing but heads on its network", () => {
    for (const { networks, parameters } of planned(name).stages) {
      expect(networks).not.toBeUndefined();
      expect(parameters.every(({ group }) => group !== undefined)).toBe(true);
    }
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
