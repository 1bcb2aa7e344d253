import { describe, expect, test } from "vitest";
import type { Metric, SweepPlan } from "../../compiler/lower/plan.ts";
import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import { sweepCells, sweepCsv, sweepTable } from "../../runtime/report/sweep-table.ts";
import type { Result } from "../../runtime/run/results.ts";

const meaning: TaskPlan["meaning"] = { kind: "classes", names: ["a", "b"] };
const score = (task: string): Metric => ({ kind: "score", task });

function result(of: string, name: string, value: number | undefined): Result {
  const judged = { score: value, judged: 1, accuracy: undefined, each: [], confusion: undefined };
  const none = new Float32Array();
  return {
    of,
    task: { name, meaning },
    score: judged,
    trivial: judged,
    fitted: [],
    optimistic: undefined,
    predictions: none,
    labels: { meaning, values: none, weight: none },
  };
}

function point(
  of: string,
  axes: Readonly<Record<string, string | readonly string[]>>,
  task: string,
  declared = "joint",
): SweepPlan["points"][number] {
  return {
    label: of,
    declared,
    axes: new Map(Object.entries(axes)),
    of: { kind: "stage", hash: `#${of}` },
    metrics: [score(task)],
  };
}

const labelOf = (hash: string) => hash.slice(1);

describe("the table of a sweep", () => {
  test("has a column for each argument of listed stages, and each row's own task in its report", () => {
    const sweep: SweepPlan = {
      name: "table4",
      report: ["score(goal)"],
      points: [
        point("one", { goal: "au", tasks: ["au", "valence"] }, "au"),
        point("two", { goal: "expr", tasks: ["expr", "au"], from: ["alone(au)"], length: "5" }, "expr"),
        point("three", { goal: "expr" }, "expr"),
      ],
    };
    const results = [
      result("one", "au", 0.25),
      result("one", "valence", 0.5),
      result("two", "expr", 0.75),
      result("three", "expr", undefined),
    ];
    expect(sweepCells(sweepTable(sweep, results, labelOf))).toEqual([
      ["goal", "tasks au", "tasks valence", "tasks expr", "from alone(au)", "length", "score(goal)"],
      ["au", "✓", "✓", "", "", "", "0.2500"],
      ["expr", "✓", "", "✓", "✓", "5", "0.7500"],
      ["expr", "", "", "", "", "", ""],
    ]);
  });

  test("does not take for seeds what is another stage, or has a list in another order", () => {
    const points = [
      point("one", { goal: "au" }, "au", "extra"),
      point("two", { goal: "au" }, "au", "other"),
      point("three", { goal: "au", tasks: ["au", "expr"] }, "au"),
      point("four", { goal: "au", tasks: ["expr", "au"] }, "au"),
    ];
    const results = points.map(({ label }, i) => result(label, "au", i / 4));
    expect(sweepCells(sweepTable({ name: "s", points, report: ["score(au)"] }, results, labelOf))).toEqual([
      ["of", "goal", "tasks", "score(au)"],
      ["extra", "au", "", "0.0000"],
      ["other", "au", "", "0.2500"],
      ["joint", "au", "au, expr", "0.5000"],
      ["joint", "au", "expr, au", "0.7500"],
    ]);
  });

  test("gives the mean and the spread of what differs in its seed alone", () => {
    const seeds = [1, 2, 3];
    const points = [0, 5].flatMap((drop) =>
      seeds.map((seed) => point(`${drop} ${seed}`, { drop: String(drop), seed: String(seed) }, "au")),
    );
    const results = [0, 5].flatMap((drop) =>
      seeds.map((seed) => result(`${drop} ${seed}`, "au", drop / 10 + seed / 8)),
    );
    const table = sweepTable({ name: "drops", points, report: ["score(au)"] }, results, labelOf);
    // 1/8, 2/8 and 3/8: mean 1/4, standard deviation of a sample 1/8.
    expect(table.rows).toEqual([
      { axes: ["0"], of: ["0 1", "0 2", "0 3"], values: [{ mean: 0.25, spread: 0.125 }], trial: "" },
      { axes: ["5"], of: ["5 1", "5 2", "5 3"], values: [{ mean: 0.75, spread: 0.125 }], trial: "" },
    ]);
    expect(sweepCells(table)[1]).toEqual(["0", "0.2500 ± 0.1250"]);
    expect(sweepCsv(table)).toBe(
      "drop,of,seeds,score(au),score(au) spread\n0,0 1; 0 2; 0 3,3,0.25,0.125\n5,5 1; 5 2; 5 3,3,0.75,0.125\n",
    );
  });

  test("keeps the seed as an axis where it is the same in all, and says nothing of a mean that lacks a seed", () => {
    const same = [point("a", { seed: "1" }, "au"), point("b", { drop: "1", seed: "1" }, "au")];
    const single = sweepTable({ name: "s", points: same, report: ["score(au)"] }, [result("a", "au", 1)], labelOf);
    expect(single.axes).toEqual(["seed", "drop"]);
    const twice = [point("a", { seed: "1" }, "au"), point("b", { seed: "2" }, "au")];
    const lacking = sweepTable({ name: "s", points: twice, report: ["score(au)"] }, [result("a", "au", 1)], labelOf);
    expect(lacking.rows.map(({ values }) => values)).toEqual([[{ mean: null, spread: null }]]);
  });
});
