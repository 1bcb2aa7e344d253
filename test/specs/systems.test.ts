import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSpec } from "../../cli/read-spec.ts";
import { exportName } from "../../compiler/lower/describe-plan.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { checkExport } from "../../runtime/run/check-export.ts";
import { exportModel } from "../../runtime/run/export-model.ts";
import { planPart } from "../../runtime/run/plan-part.ts";
import { RunFolder } from "../../runtime/run/run-folder.ts";
import { Run } from "../../runtime/run/run-plan.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { specsFolder } from "../spec-names.ts";
import { tolerances } from "../tolerances.ts";
import { silent } from "../training/small-run.ts";

const systems = ["table5", "pretrain", "now"].flatMap((folder) =>
  readdirSync(join(specsFolder, folder)).map((name) => `${folder}/${name}`),
);

/** Rates of fine-tuning teach nothing in so few steps; of so few rows both halves of the steps see all. */
const settings = [
  "stage.duration=20 steps",
  "stage.optimizer=adamw(3e-3)",
  "data.format=synthetic(videos: 8, frames: 8)",
];
/** Shorter clips where stages are many. */
const shortened: Readonly<Record<string, readonly string[]>> = {
  "now/cprl.abaw": ["recurrent.clip=clip(8, hop: 8, by: rows, pad: mask)"],
};
/**
 * Stages whose losses go up and down more than they fall in so few steps: half of MixAugment's is of mixed faces, au_head reads random numbers of a
 * frozen network, and of the others a batch of 4 faces has another loss than the next.
 */
const unsteady: Readonly<Record<string, readonly string[]>> = {
  "table5/baseline.abaw": ["mixaugment[mixing: true]"],
  "table5/hsemotion.abaw": ["au_head(effnet)", "au_head(ddamfn)"],
  "table5/netease.abaw": ["au_final"],
  "table5/scu-acers.abaw": ["fold(0)"],
};
/** These specs export nothing. */
const withoutExport = new Set(["table5/scu-acers.abaw", "pretrain/bp4d.abaw", "pretrain/mae.abaw"]);
const mean = (some: readonly number[]) => some.reduce((sum, each) => sum + each, 0) / some.length;

describe.each(systems)("specs/%s as a toy", { timeout: 240_000 }, (name) => {
  test("trains 20 steps with losses that fall, and exports what the runtime says", async () => {
    const { plan } = readSpec(join(specsFolder, name), {
      profile: "toy",
      set: [...settings, ...(shortened[name] ?? [])],
    });
    if (plan === undefined) throw new Error("it has a plan");
    const exported = plan.exports.map((each) => exportName(plan, each));
    const [assembly] = plan.assemblies;
    const others = assembly === undefined ? plan.stages.map(({ label }) => label) : [assembly.name];
    const part = planPart(plan, exported.length > 0 ? exported : others);
    if ("unknown" in part) throw new Error(`there is no ${part.unknown}`);
    const losses = new Map<string, number[]>();
    let own: number[] = [];
    const watch = {
      ...silent,
      stageStarts: ({ label }: { readonly label: string }) => {
        own = [];
        losses.set(label, own);
      },
      step: (_done: number, _total: number, loss: number) => void own.push(loss),
    };
    const run = new Run(part.plan, {
      engine: onnxEngine,
      folder: new RunFolder(temporaryFolder()),
      onBadRow: "error",
      signal: new AbortController().signal,
      watch,
    });
    expect(await run.train()).toBe(true);
    const rising = [...losses].filter(
      ([, all]) => mean(all.slice(all.length / 2)) >= mean(all.slice(0, all.length / 2)),
    );
    expect(rising.map(([label]) => label).filter((label) => !unsteady[name]?.includes(label))).toEqual([]);
    expect(part.plan.exports.length).toBe(withoutExport.has(name) ? 0 : 1);
    for (const each of part.plan.exports) {
      const path = join(run.options.folder.path, "model.onnx");
      exportModel(run, each, path);
      const differences = (await checkExport(run, each, path)).map(({ difference }) => difference);
      expect(differences).not.toEqual([]);
      expect(Math.max(...differences)).toBeLessThan(tolerances.exports);
    }
  });
});
