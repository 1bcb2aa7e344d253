import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSealed } from "../../runtime/checkpoints/sealed.ts";
import { checkExport } from "../../runtime/run/check-export.ts";
import { exportModel } from "../../runtime/run/export-model.ts";
import { resultsOf } from "../../runtime/run/results.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { readProgress } from "../../runtime/train/checkpoint.ts";
import { readMetrics } from "../../runtime/train/metrics-log.ts";
import { keptFile, stageFiles } from "../../runtime/train/stage-files.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

const spec = `${numberSpec}
stage several = train system([au, expr, valence]) on faces {
  loss:      {au: bce(au), expr: ce(expr), valence: ccc(valence)}
  optimizer: adamw(3e-2), batch: 4, duration: 8 epochs
  keep:      {au: best(score(au)), expr: best(score(expr)), valence: best(score(valence)), end: last}
}

model reader() (seen) {
  y = several[au].x + several[end].x -> linear(8) -> relu
  head au = y -> linear
}

stage after = train reader() on faces {
  loss: {au: bce(au)}, optimizer: adamw(1e-2), batch: 8, duration: 2 epochs
}

again = alone(au) with {init: {face: several[expr].face}, duration: 1 epochs}

assemble final on faces { t: several for t in [au, expr, valence] }

export final
export several[end]
`;

const stageNamed = (run: Run, label: string) => {
  const stage = run.plan.stages.find((each) => each.label === label);
  if (stage === undefined) throw new Error(`there is no ${label}`);
  return stage;
};

describe("a checkpoint for each name", { timeout: 120_000 }, () => {
  test("is of its own best step, and is what heads, features, weights and exports are of", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const run = numberRun(root, folder, {}, spec);
    await run.train();
    const several = stageNamed(run, "several");
    const records = readMetrics(join(run.options.folder.stage(several), stageFiles.log));
    const { best = {}, step: last } = readProgress(join(run.options.folder.stage(several), stageFiles.last)) ?? {};
    const steps = new Map(Object.entries(best).map(([name, { step }]) => [name, step]));
    for (const task of ["au", "expr", "valence"]) {
      const scores = records.map(({ scores }) => scores[task] ?? Number.NEGATIVE_INFINITY);
      expect(steps.get(task), task).toBe(records[scores.indexOf(Math.max(...scores))]?.step);
    }
    expect(steps.get("end")).toBe(last);
    expect(new Set(steps.values()).size).toBeGreaterThan(2);
    const kept = (name: string) => readSealed(join(run.options.folder.stage(several), keptFile(name))).tensors;
    for (const [name, step] of steps)
      expect(readSealed(join(run.options.folder.stage(several), keptFile(name))).header.metadata["step"]).toBe(
        String(step),
      );

    const results = await resultsOf(run);
    for (const task of ["au", "expr", "valence"]) {
      const [own, assembled] = ["several", "final"].map((of) =>
        results.find((result) => result.of === of && result.task.name === task),
      );
      expect(own?.score.score).toBeCloseTo(Math.max(...records.map(({ scores }) => scores[task] ?? -1)), 6);
      expect(assembled?.predictions).toEqual(own?.predictions);
    }

    const after = stageNamed(run, "after");
    expect(after.features.map(({ tensor, checkpoint }) => [tensor, checkpoint])).toEqual([
      ["x", "au"],
      ["x", "end"],
    ]);
    const [first, second] = await Promise.all(
      ["au", "end"].map((checkpoint) => run.feature(several, "x", "val", checkpoint)),
    );
    expect(first?.values).not.toEqual(second?.values);
    const from = stageNamed(run, "again").parameters.flatMap(({ from }) => (from.kind === "stage" ? [from] : []));
    expect(new Set(from.map(({ checkpoint }) => checkpoint))).toEqual(new Set(["expr"]));
    expect(kept("expr")).not.toEqual(kept("end"));

    for (const [i, plan] of run.plan.exports.entries()) {
      const path = join(folder, `export-${i}.onnx`);
      exportModel(run, plan, path);
      for (const { difference } of await checkExport(run, plan, path))
        expect(difference).toBeLessThan(tolerances.exports);
    }
  });

  test("is made again where one of them is gone, and an interrupted training ends as the whole one", async () => {
    const [root, whole, folder] = [drawnNumbers(), temporaryFolder(), temporaryFolder()];
    await numberRun(root, whole, {}, spec).train();
    const interruption = new AbortController();
    let steps = 0;
    const watch = { ...silent, step: () => void (++steps === 150 && interruption.abort()) };
    await numberRun(root, folder, { watch, signal: interruption.signal }, spec).train();
    const run = numberRun(root, folder, {}, spec);
    await run.train();
    expect(writtenBy(folder)).toEqual(writtenBy(whole));
    rmSync(join(run.options.folder.stage(stageNamed(run, "several")), keptFile("valence")));
    const told: string[] = [];
    const altered = { ...silent, altered: ({ file }: { readonly file: string }) => void told.push(file) };
    await numberRun(root, folder, { watch: altered }, spec).train();
    expect(told.length).toBe(1);
    expect(writtenBy(folder)).toEqual(writtenBy(whole));
  });
});
