import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AnnotationTable } from "../../runtime/data/annotation-table.ts";
import { singleRows } from "../../runtime/data/clips/clip-windows.ts";
import { composedData } from "../../runtime/data/composed-data.ts";
import { BlendOrder } from "../../runtime/data/loader/blend-order.ts";
import { imagePath } from "../../runtime/data/open-data.ts";
import { trainAlone } from "../../runtime/run/train-plan.ts";
import { readMetrics } from "../../runtime/train/metrics-log.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { planOf } from "../plan-of.ts";
import { tableOf } from "../runtime/small-table.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, numberSpec, writtenBy } from "./number-run.ts";
import { silent } from "./small-run.ts";

describe("an order of several data sets", () => {
  const rows = (count: number) => Int32Array.from({ length: count }, (_, row) => row);
  /** Ten rows of the first, six of the second, three of the third. */
  const order = (sharesAt: (step: number) => readonly number[], batch = 4, weights?: Float64Array) =>
    new BlendOrder({ windows: singleRows(rows(19)), starts: [0, 10, 16], batch, seed: 7, sharesAt, weights });
  const partOf = (row: number) => (row < 10 ? 0 : row < 16 ? 1 : 2);
  const drawn = (of: BlendOrder, steps: number) =>
    Array.from({ length: steps }, (_, step) => Array.from(of.at(step).windows));

  test("takes of each what its share comes to, carrying over parts of windows", () => {
    const batches = drawn(
      order(() => [0.55, 0.35, 0.1]),
      40,
    );
    const counts = batches.map((batch) => [0, 1, 2].map((part) => batch.filter((row) => partOf(row) === part).length));
    expect(batches.every((batch) => batch.length === 4)).toBe(true);
    const sums = [0, 1, 2].map((part) => counts.reduce((sum, each) => sum + (each[part] ?? 0), 0));
    expect(sums).toEqual([88, 56, 16]);
    let [first, third] = [0, 0];
    for (const [step, each] of counts.entries()) {
      first += each[0] ?? 0;
      third += each[2] ?? 0;
      expect(Math.abs(first - 2.2 * (step + 1))).toBeLessThan(1);
      expect(Math.abs(third - 0.4 * (step + 1))).toBeLessThan(1);
    }
  });

  test("goes through each, pass after pass, in other orders", () => {
    const all = drawn(
      order(() => [0.5, 0.25, 0.25]),
      30,
    ).flat();
    for (const [part, size] of [10, 6, 3].entries()) {
      const own = all.filter((row) => partOf(row) === part);
      const passes = Array.from({ length: Math.floor(own.length / size) }, (_, k) =>
        own.slice(k * size, (k + 1) * size),
      );
      expect(passes.every((pass) => new Set(pass).size === size)).toBe(true);
      expect(new Set(passes.map(String)).size).toBeGreaterThan(1);
    }
  });

  test("follows shares that change, to nothing and to all", () => {
    const batches = drawn(
      order((step) => (step < 3 ? [1, 0, 0] : [0, 0.5, 0.5])),
      6,
    );
    expect(
      batches
        .slice(0, 3)
        .flat()
        .every((row) => partOf(row) === 0),
    ).toBe(true);
    expect(batches.slice(3).map((batch) => batch.map(partOf).toSorted())).toEqual([
      [1, 1, 2, 2],
      [1, 1, 2, 2],
      [1, 1, 2, 2],
    ]);
  });

  test("is the same asked from the beginning, from the middle or backwards", () => {
    const shares = (step: number) => [0.3 + 0.01 * step, 0.5 - 0.01 * step, 0.2];
    const whole = drawn(order(shares), 20);
    expect(Array.from(order(shares).at(13).windows)).toEqual(whole[13]);
    const of = order(shares);
    of.at(19);
    expect(Array.from(of.at(4).windows)).toEqual(whole[4]);
  });

  test("tells draws of a row apart, counts epochs by the first, and draws by weights", () => {
    const of = order(() => [0.5, 0.25, 0.25]);
    expect(of.steps).toBe(3);
    const seen = Array.from({ length: 40 }, (_, step) => of.at(step)).flatMap(({ windows, draws }) =>
      Array.from(windows, (window, i) => `${window} ${draws[i]}`),
    );
    expect(new Set(seen).size).toBe(seen.length);
    const weights = new Float64Array(19).fill(1).fill(0, 0, 9);
    const drawnRows = drawn(
      order(() => [0.5, 0.25, 0.25], 4, weights),
      20,
    ).flat();
    expect(new Set(drawnRows.filter((row) => partOf(row) === 0))).toEqual(new Set([9]));
  });
});

test("rows of joined data are found in the folders of their own, and lack what the other labels", async () => {
  const [stage] = planOf(spec("elsewhere")).stages;
  if (stage === undefined) throw new Error("there is a stage");
  const rowsOf = (count: number, task: string): AnnotationTable => ({
    ...tableOf([Array.from({ length: count }, (_, i) => i)]),
    labels: new Map([
      [
        task,
        {
          meaning: { kind: "scalar", min: -1, max: 1 },
          values: new Float32Array(count).fill(0.5),
          weight: new Float32Array(count).fill(1),
        },
      ],
    ]),
  });
  const data = await composedData(stage.data, async ({ root, part }) => ({
    root,
    parts: new Map(
      part.of === "val"
        ? [["train", rowsOf(4, "arousal")]]
        : [["train", root === "elsewhere" ? rowsOf(2, "arousal") : rowsOf(3, "valence")]],
    ),
    roots: 1,
    foldersOf: (field) => [`${root}/${field}`],
    withoutImage: 0,
    identity: root,
    listIdentity: "",
    synthetic: false,
    duplicates: 0,
    skipped: [],
    badImages: new Map(),
  }));
  const table = data.parts.get("train");
  expect(data.starts?.get("train")).toEqual([0, 3]);
  const folderOf = (part: "train" | "val", row: number) => {
    const own = data.parts.get(part);
    return own && dirname(imagePath(data, "image", own, row));
  };
  expect([0, 2, 3, 4].map((row) => folderOf("train", row))).toEqual([
    "nowhere/image",
    "nowhere/image",
    "elsewhere/image",
    "elsewhere/image",
  ]);
  expect(folderOf("val", 1)).toBe("elsewhere/image");
  expect(Array.from(table?.labels.get("valence")?.weight ?? [])).toEqual([1, 1, 1, 0, 0]);
  expect(Array.from(table?.labels.get("arousal")?.weight ?? [])).toEqual([0, 0, 0, 1, 1]);
  expect(data.parts.get("val")?.rows).toBe(4);
});

/** Data that label less, and other rows, than `drawnNumbers`. */
function otherNumbers(): string {
  const root = drawnNumbers();
  const file = join(root, "training_set_annotations.txt");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const without = lines.map((line, i) => (i % 3 === 0 ? line : line.replace(/^([^,]+\.jpg),[^,]+,/, "$1,-5,")));
  writeFileSync(file, `${without.slice(0, -7).join("\n")}\n`);
  return root;
}

/** The data of `numberSpec` once more, of another root. */
const second = (root: string) =>
  (/data faces \{.*?\n\}/s.exec(numberSpec)?.[0] ?? "")
    .replace("data faces", "data other")
    .replace('"nowhere"', JSON.stringify(root));

const spec = (other: string, shares = "{faces: 1 - more, other: more}", settings = "validate: other.val, ") =>
  numberSpec
    .replace("module tiny", `${second(other)}\n\nmore = ramp(0.2, 0.6, over: 4 steps)\n\nmodule tiny`)
    .replaceAll(") on faces {", `) on blend(${shares}) {\n  `)
    .replaceAll("batch: ", `${settings}batch: `);

describe("a training on several data sets", () => {
  test("gives the same bytes when it is interrupted and resumed, on frames and on clips", async () => {
    const [root, other] = [drawnNumbers(), otherNumbers()];
    const [whole, stopped] = [temporaryFolder(), temporaryFolder()];
    const text = spec(other);
    const run = numberRun(root, whole, {}, text);
    expect(await run.train()).toBe(true);
    // An epoch is a pass over the first.
    expect((await run.progressOf(run.stageOf(run.plan.stages[0]?.hash ?? "")))?.stepsPerEpoch).toBe(9);
    for (const after of [3, 12, 25, 7, 9]) {
      const interruption = new AbortController();
      let steps = 0;
      const watch = { ...silent, step: () => void (++steps === after && interruption.abort()) };
      await numberRun(root, stopped, { watch, signal: interruption.signal }, text).train();
    }
    expect(await numberRun(root, stopped, {}, text).train()).toBe(true);
    expect(writtenBy(stopped)).toEqual(writtenBy(whole));
    // Other rows of what is not the first are another training.
    writeFileSync(
      join(other, "training_set_annotations.txt"),
      `${readFileSync(join(other, "training_set_annotations.txt"), "utf8").trim().split("\n").slice(0, -1).join("\n")}\n`,
    );
    const again = numberRun(root, whole, {}, text);
    for (const stage of again.plan.stages) expect(await again.isFinished(stage)).toBe(false);
  });

  test("is that of the first where it has the whole batch, judged by what `validate` says", async () => {
    const [root, other] = [drawnNumbers(), otherNumbers()];
    const validation = join(other, "validation_set_annotations.txt");
    writeFileSync(validation, readFileSync(validation, "utf8").trim().split("\n").slice(0, 20).join("\n"));
    const logs: string[] = [];
    const trained = async (text: string) => {
      const run = numberRun(root, temporaryFolder(), {}, text);
      expect(await run.train()).toBe(true);
      const [stage] = run.plan.stages;
      if (stage === undefined) throw new Error("there is a stage");
      const log = readMetrics(join(run.options.folder.stage(stage), stageFiles.log));
      logs.push(JSON.stringify(log.map(({ scores }) => scores)));
      return log.map(({ losses }) => losses);
    };
    // Without class weights, which are counted over all rows.
    const plain = (text: string) => text.replace(", pos_weight: balanced", "");
    const alone = await trained(plain(numberSpec));
    const first = await trained(plain(spec(other, "{faces: 1, other: 0}", "")));
    const judged = await trained(plain(spec(other, "{faces: 1, other: 0}")));
    expect(first).toEqual(alone);
    expect(judged).toEqual(alone);
    expect(logs[1]).toBe(logs[0]);
    expect(logs[2]).not.toBe(logs[0]);
  });

  test("reads what the stages that it needs have stored, each trained by itself", async () => {
    const [root, other, folder] = [drawnNumbers(), otherNumbers(), temporaryFolder()];
    const trained = async (label: string) => {
      const run = numberRun(root, folder, {}, spec(other));
      const stage = run.plan.stages.find((each) => each.label === label);
      if (stage === undefined) throw new Error(`there is a stage ${label}`);
      expect(await trainAlone(run, stage)).toBe(false);
      return [...writtenBy(folder).keys()].filter((name) => name.includes("features/"));
    };
    await trained("alone(expr)");
    await trained("alone(au)");
    const stored = await trained("alone(valence)");
    // Of each the two data sets that it is trained on, and the one that it is judged on.
    expect(stored).toHaveLength(6);
    expect(await trained("together")).toEqual(stored);
  });

  test.each([
    ["{faces: 0.5 * more, other: more}", /the shares of faces and other are 0.1 and 0.2 in step 1, and must come to 1/],
    ["{faces: 2 * more, other: 1 - 2 * more}", /the shares of faces and other are 1.2 and -0.2 in step 5/],
  ])("refuses the shares %s before it begins", async (shares, message) => {
    const run = numberRun(drawnNumbers(), temporaryFolder(), {}, spec(otherNumbers(), shares));
    await expect(run.train()).rejects.toThrow(message);
  });

  test("has its parts, shares and judge in the plan and its hash", () => {
    const [blended, elsewhere] = [spec("a"), spec("b")].map((text) => planOf(text).stages[0]);
    const [plain, judged] = [numberSpec, numberSpec.replaceAll("batch: ", "validate: faces.val, batch: ")].map(
      (text) => planOf(text).stages[0],
    );
    expect(blended?.data.joined?.map(({ root }) => root)).toEqual(["nowhere", "a"]);
    expect(blended?.blend?.length).toBe(2);
    expect(blended?.data.judged?.part.of).toBe("val");
    expect(plain !== undefined && ("blend" in plain || "joined" in plain.data)).toBe(false);
    expect(new Set([blended, elsewhere, plain, judged].map((stage) => stage?.hash)).size).toBe(4);
  });
});
