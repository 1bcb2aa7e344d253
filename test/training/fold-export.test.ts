import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkExport } from "../../runtime/run/check-export.ts";
import { exportModel } from "../../runtime/run/export-model.ts";
import { assembledValues } from "../../runtime/run/results.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec } from "./number-run.ts";

const spec = (streams: string) => `${numberSpec.replace("  fields:", "  folds:  folds(2, by: video)\n  fields:")}
other = alone(au) with {seed: 3}
stage crossed(k: int) = train system([expr]) on faces.fold(k) {
  loss: {expr: ce(expr)}, optimizer: adamw(1e-2), batch: 8, duration: 1 epochs, seed: k
}
assemble final on faces { ${streams} }
export final
`;

describe("an exported assembly of folds and blends", () => {
  test("is the weighted sum of its stages' heads, with or without a clip, smoothing and what follows outside", {
    timeout: 60_000,
  }, async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const text = spec(`
  au:      0.7 * alone(au).au + 0.2 * (other.au -> gaussian(sigma: 2 frames)) + 0.1 * together.au -> threshold(0.4)
  expr:    folded([crossed(k).expr for k in range(2)])
  valence: mean([alone(valence).valence, together.valence]) -> box(3 frames)
`);
    const run = numberRun(root, folder, {}, text);
    await run.train();
    const [plan] = run.plan.exports;
    const [assembly] = run.plan.assemblies;
    if (plan === undefined || assembly === undefined) throw new Error("it exports");
    const path = join(folder, "final.onnx");
    const { bytes } = exportModel(run, plan, path);
    const checks = await checkExport(run, plan, path);
    expect(new Set(checks.map(({ task }) => task))).toEqual(new Set(["au", "expr", "valence"]));
    for (const { difference } of checks) expect(difference).toBeLessThan(tolerances.exports);
    // The weights of a stage stand once, however many tasks are made of it.
    expect(bytes).toBeLessThan(60_000);
    expect((await assembledValues(run, assembly, await run.dataOf(assembly.data), "val")).length).toBe(3);
  });
});
