import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FoldCut, PartPlan } from "../../compiler/lower/plan-data.ts";
import { fitOn } from "../../runtime/assemble/cross-fit.ts";
import { thresholding } from "../../runtime/assemble/thresholds.ts";
import { frameName } from "../../runtime/data/annotation-table.ts";
import { chosenPart } from "../../runtime/data/chosen-part.ts";
import { type OpenData, type Part, tableOf } from "../../runtime/data/open-data.ts";
import { assembledValues, predictionsOf, resultsOf } from "../../runtime/run/results.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, numberSpec } from "./number-run.ts";

const withFolds = numberSpec.replace("  fields:", "  folds:  folds(3, by: video)\n  fields:");

const spec = `${withFolds}
stage crossed(k: int) = train system([au]) on faces.fold(k) {
  loss: {au: bce(au)}, optimizer: adamw(1e-2), batch: 8, duration: 2 epochs, seed: k
}
members = [crossed(k) for k in range(3)]

assemble final on faces { au: folded([m.au for m in members]) -> threshold(fit(0.2 .. 0.8, on: faces.val)) }
assemble plain on faces { au: folded([m.au for m in members]) }
assemble first on faces.fold(0) {
  au: crossed(0).au -> threshold(fit(0.2 .. 0.8, each: label, on: faces.fold(0).val))
}
assemble moved on faces.fold(0) {
  au: crossed(0).au -> threshold(fit(0.2 .. 0.8, each: label, on: faces.fold(1).val))
}
assemble inside on faces {
  au: folded([crossed(k).au -> threshold(fit(0.2 .. 0.8, on: faces.fold(k).val)) for k in range(3)])
}
`;

const stageNamed = (run: Run, label: string) => {
  const stage = run.plan.stages.find((each) => each.label === label);
  if (stage === undefined) throw new Error(`there is no ${label}`);
  return stage;
};

const names = (data: OpenData, part: Part) => {
  const table = tableOf(data, part);
  return Array.from({ length: table.rows }, (_, row) => frameName(table, row));
};

describe("folds", () => {
  async function whole() {
    const run = numberRun(drawnNumbers(), temporaryFolder());
    return run.dataOf(stageNamed(run, "together").data);
  }
  const foldOf = (data: OpenData, cut: FoldCut, fold: number) => chosenPart(data, { of: "usual", fold, cut });

  test.each(["video", "row"] as const)("by %s take every row once, and leave the others to train on", async (by) => {
    const data = await whole();
    const all = [...names(data, "train"), ...names(data, "val")].toSorted();
    const cut: FoldCut = { count: 4, by, seed: 1 };
    const parts = [0, 1, 2, 3].map((fold) => foldOf(data, cut, fold));
    expect(parts.flatMap((part) => names(part, "val")).toSorted()).toEqual(all);
    for (const part of parts) {
      expect([...names(part, "train"), ...names(part, "val")].toSorted()).toEqual(all);
      const videosIn = (each: Part) => new Set(names(part, each).map((name) => name.split(" ")[0]));
      if (by === "video") expect([...videosIn("val")].filter((video) => videosIn("train").has(video))).toEqual([]);
    }
    const sizes = parts.map((part) =>
      by === "row" ? names(part, "val").length : new Set(names(part, "val").map((name) => name.split(" ")[0])).size,
    );
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    expect(new Set(parts.map(({ identity }) => identity)).size).toBe(4);
    expect(names(foldOf(data, { ...cut, seed: 2 }, 0), "val")).not.toEqual(names(foldOf(data, cut, 0), "val"));
  });

  test("have labels and frames that belong together", async () => {
    const data = await whole();
    const of = (table: OpenData, parts: readonly Part[]) =>
      new Map(
        parts.flatMap((part) => {
          const { labels } = tableOf(table, part);
          const values = labels.get("valence")?.values ?? new Float32Array();
          return names(table, part).map((name, row) => [name, values[row]] as const);
        }),
      );
    const fold = foldOf(data, { count: 3, by: "video", seed: 0 }, 1);
    expect(new Map([...of(fold, ["train", "val"])].toSorted())).toEqual(
      new Map([...of(data, ["train", "val"])].toSorted()),
    );
  });

  test.each<readonly [PartPlan["of"], readonly Part[]]>([
    ["all", ["train", "val"]],
    ["train", ["train"]],
    ["val", ["val"]],
  ])("the part `%s` is trained on, and judged by nothing", async (of, rows) => {
    const data = await whole();
    const part = chosenPart(data, { of, fold: undefined });
    expect([...part.parts.keys()]).toEqual(["train"]);
    expect(names(part, "train")).toEqual(rows.flatMap((each) => names(data, each)));
  });
});

describe("stages of folds", { timeout: 60_000 }, () => {
  test("judge each row by the one that did not train on it", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const run = numberRun(root, folder, {}, spec);
    await run.train();
    const assembly = run.plan.assemblies.find(({ name }) => name === "plain");
    if (assembly === undefined) throw new Error("there is an assembly");
    const data = await run.dataOf(assembly.data);
    for (const part of ["train", "val"] as const) {
      const [found] = await assembledValues(run, assembly, data, part);
      const width = 12;
      const told = new Map<string, readonly number[]>();
      for (const k of [0, 1, 2]) {
        const member = stageNamed(run, `crossed(${k})`);
        const own = await run.dataOf(member.data);
        const values = await run.predict(member, "au", "val");
        names(own, "val").forEach((name, row) => {
          told.set(name, Array.from(values.slice(row * width, (row + 1) * width)));
        });
      }
      expect(
        names(data, part).map((_, row) => Array.from(found?.values.slice(row * width, (row + 1) * width) ?? [])),
      ).toEqual(names(data, part).map((name) => told.get(name)));
    }
    const results = (await resultsOf(run)).filter(({ of }) => of === "final");
    expect(results[0]?.optimistic?.score).toBeGreaterThanOrEqual(results[0]?.score.score ?? Number.NaN);
    const [inside] = (await resultsOf(run)).filter(({ of }) => of === "inside");
    expect(inside?.fitted.map(({ what, on }) => [what, on])).toEqual([
      ["threshold", "val"],
      ["threshold", "val"],
      ["threshold", "val"],
    ]);
    expect(new Set(inside?.predictions)).toEqual(new Set([0, 1]));
  });

  test("are judged by their own rows, with numbers of these or of another fold's", async () => {
    const run = numberRun(drawnNumbers(), temporaryFolder(), {}, spec);
    await run.train();
    const member = stageNamed(run, "crossed(0)");
    const results = await resultsOf(run);
    const own = results.find(({ of }) => of === "first");
    const rows = tableOf(await run.dataOf(member.data), "val").rows;
    expect(own?.labels.weight.length).toBe(rows * 12);
    expect(own?.fitted.map(({ on, of }) => [on, of])).toEqual([["val", undefined]]);
    expect(own?.optimistic).toBeDefined();

    const moved = results.find(({ of }) => of === "moved");
    expect(moved?.fitted.map(({ on, of }) => [on, of])).toEqual([["val", "faces.fold(1)"]]);
    expect(moved?.optimistic).toBeUndefined();
    // By hand: what the stage says of the rows of the other fold, and thresholds for their score.
    const other = stageNamed(run, "crossed(1)").data;
    const table = tableOf(await run.dataOf(other), "val");
    const labels = table.labels.get("au");
    if (labels === undefined) throw new Error("there are labels");
    const said = await run.predict(run.over(member, other), "au", "val");
    const fit = { from: 0.2, to: 0.8, by: 0.05, each: "label", on: "val", folds: 5 } as const;
    expect(moved?.fitted[0]?.numbers).toEqual(fitOn(thresholding(said), labels, table, fit).numbers);
  });

  test("predict rows of no fold by their mean, over the data that are asked for", async () => {
    const [root, folder] = [drawnNumbers(), temporaryFolder()];
    const text = spec.replace('val:    "validation', 'test: "validation_set_annotations.txt"\n  val:    "validation');
    const run = numberRun(root, folder, {}, text);
    await run.train();
    const found = await predictionsOf(run, "plain", "test");
    const members = await Promise.all(
      [0, 1, 2].map((k) => run.predict(stageNamed(run, `crossed(${k})`), "au", "test")),
    );
    const mean = Array.from(found?.tasks[0]?.values ?? [], (_, i) =>
      Math.fround(members.reduce((sum, values) => sum + (values[i] ?? 0), 0) / 3),
    );
    expect(Array.from(found?.tasks[0]?.values ?? [])).toEqual(mean);
  });
});

test("another stage's features are of the frames of the stage that reads them, whatever it was trained on itself", async () => {
  const [root, other, folder] = [drawnNumbers(), drawnNumbers(), temporaryFolder()];
  const text = `${numberSpec}
more = faces with {root: "elsewhere"}
stage far = train system([au], [alone(au)]) on more {
  loss: {au: bce(au)}, optimizer: adamw(1e-2), batch: 8, duration: 1 epochs
}
few = faces.val
stage near = train system([au], [alone(au)]) on few {
  loss: {au: bce(au)}, optimizer: adamw(1e-2), batch: 8, duration: 1 epochs, keep: last
}
`;
  const run = numberRun(root, folder, {}, text.replace('"elsewhere"', JSON.stringify(other)));
  await run.train();
  const [alone, near] = [stageNamed(run, "alone(au)"), stageNamed(run, "near")];
  const own = await run.feature(alone, "x", "val");
  const there = await run.feature(run.over(alone, near.data), "x", "train");
  expect(there.values).toEqual(own.values);
  const files = readdirSync(join(run.options.folder.stage(alone), "features"));
  // Of the own data's two parts, of the others' two, and of a part of the own data.
  expect(files.filter((name) => name.includes("@")).length).toBe(files.length - 2);
});
