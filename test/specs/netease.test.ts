import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readSpec } from "../../cli/read-spec.ts";
import { weightCount } from "../../compiler/lower/describe-plan.ts";
import { sharingOf } from "../../runtime/run/plan-part.ts";
import { abawInProcess } from "../cli/in-process.ts";

const specs = fileURLToPath(new URL("../../specs/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "abaw-netease-"));
symlinkSync(specs, join(folder, "specs"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function planned(name: string, profile?: string) {
  const { plan, diagnostics } = readSpec(
    join(specs, "netease", `${name}.abaw`),
    profile === undefined ? {} : { profile },
  );
  expect(diagnostics.filter(({ severity }) => severity !== "note")).toEqual([]);
  if (plan === undefined) throw new Error("it has a plan");
  return plan;
}

describe.each([
  ["table2", 18, 18, { alone: 49, shared: 18 }],
  ["table3", 19, 19, { alone: 34, shared: 19 }],
  ["table4", 18, 22, { alone: 59, shared: 22 }],
] as const)("specs/netease/%s.abaw", (name, rows, stages, sharing) => {
  test("has the paper's rows, with what they share trained once, in full and as a toy", () => {
    for (const plan of [planned(name), planned(name, "toy")]) {
      const [sweep] = plan.sweeps;
      if (sweep === undefined) throw new Error("it has a sweep");
      expect([sweep.points.length, plan.stages.length]).toEqual([rows, stages]);
      expect(sharingOf(plan, sweep)).toEqual(sharing);
    }
  });

  test("trains the encoder of the paper, ViT-B without the positions, which are fixed", () => {
    const plan = planned(name);
    const encoder = plan.stages[0]?.parameters.filter(({ path }) => path.startsWith("face")) ?? [];
    expect(weightCount(encoder)).toBe(85_798_656 - 197 * 768);
  });
});

test("the final system is trained, exported and submitted as a toy", { timeout: 240_000 }, async () => {
  const set = ["--profile", "toy", "--set", "stage.duration=3 steps"];
  const say = (...words: readonly string[]) => abawInProcess([...words, "specs/netease/final.abaw", ...set], folder);
  const run = await say("run");
  expect([run.status, run.out]).toEqual([0, expect.stringMatching(/^final +all +P /m)]);
  const exported = await say("export");
  expect([exported.status, exported.out]).toEqual([0, expect.stringContaining("differs from the runtime by at most")]);
  const submitted = await say("submit");
  expect([submitted.status, submitted.out]).toEqual([0, "runs/final/submissions/predictions.txt: 60 frames\n"]);
});
