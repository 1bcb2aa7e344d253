import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { standardFiles } from "../../compiler/check/standard.ts";
import { weightCount } from "../../compiler/lower/describe-plan.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { compiled, oneLine, planOf } from "../plan-of.ts";
import { libraryNames, specNames } from "../spec-names.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const textOf = (path: string) => readFileSync(`${root}${path}`, "utf8");
const weightsOf = ({ parameters }: StagePlan) => weightCount(parameters);

/** Weights by hand: VGG16 with 22 outputs, DINOv2-g with its decoder, HSEmotion's head of valence and arousal on ten scores. */
const published: readonly (readonly [name: string, label: string, count: number])[] = [
  ["table5/netease.abaw", "F_au", 85_656_588],
  ["table5/hsemotion.abaw", "va_head(ddamfn)", 22],
  ["table5/scu-acers.abaw", "fold(0)", 1_137_904_407],
  ["table5/baseline.abaw", "mixaugment[mixing: false]", 134_350_678],
];

describe("specs that come with abaw", () => {
  test("the winning system: 14 stages, each task's model of 85.65 M weights, as published", () => {
    const { stages, assemblies, exports } = planOf(textOf("specs/00-example.abaw"));
    expect(stages.length).toBe(14);
    const alone = stages.find(({ label }) => label === "alone(au)");
    // ViT-B/16: 85,646,592 without the class head that was trained with it, and 12 × 769 for the units.
    expect(alone === undefined ? 0 : weightsOf(alone)).toBe(85_656_588);
    expect([assemblies.length, exports.length]).toEqual([1, 1]);
  });

  test.each(specNames)(
    "%s checks at full size, and under its profile if it has one, with nothing to say but what is for later",
    (name) => {
      const text = textOf(`specs/${name}`);
      const profiles = text.includes("\nprofile toy {") ? [undefined, "toy"] : [undefined];
      for (const profile of profiles) {
        const { plan, diagnostics } = compiled(text, profile === undefined ? {} : { profile });
        const said = diagnostics.filter(
          ({ severity, code }) => severity !== "later" && code !== "statistics-of-a-pass",
        );
        expect(said.map(oneLine)).toEqual([]);
        expect(plan?.stages.length).toBeGreaterThan(0);
      }
    },
  );

  test.each(published)("%s has the %s of %d weights that were published", (name, label, count) => {
    const { stages } = planOf(textOf(`specs/${name}`));
    expect(stages.filter((stage) => stage.label === label).map(weightsOf)).toEqual([count]);
  });

  test("the newcomer's: ResNet-18 of 11.18 M weights on a table", () => {
    const { stages } = planOf(textOf("specs/10-newcomer.abaw"));
    expect(stages.map(weightsOf)).toEqual([11_177_025]);
    expect(stages[0]?.data.format.kind).toBe("csv");
  });

  test("the quickstart: four tasks alone, a joint stage that reads two of them and starts from one", () => {
    const { stages, assemblies, exports } = planOf(textOf("examples/quickstart.abaw"));
    const joint = stages.find(({ features }) => features.length > 0);
    expect(
      stages
        .filter(({ tasks }) => tasks.length === 1)
        .map(({ label }) => label)
        .toSorted(),
    ).toEqual(["alone(au)", "alone(expr)", "alone(valence)", "arousal_alone"]);
    expect(joint?.features.map(({ tensor }) => tensor)).toEqual(["x", "x"]);
    expect(joint?.clip?.length).toBeGreaterThan(1);
    expect(assemblies.map(({ members }) => members.length)).toEqual([4]);
    expect(exports.length).toBe(1);
  });

  test("the library's files are those that help names", () => {
    expect(libraryNames).toEqual([...standardFiles].toSorted());
  });

  test("the README's spec is right", () => {
    const text = /```\n(use [\s\S]*?)```/.exec(textOf("README.md"))?.[1] ?? "";
    expect(planOf(text).stages.length).toBe(1);
  });

  test("compiled twice, a spec gives the same hashes", () => {
    const hashes = () => planOf(textOf("examples/quickstart.abaw")).stages.map(({ hash }) => hash);
    expect(hashes()).toEqual(hashes());
  });
});

describe("settings from outside", () => {
  test("a value that --set changes changes the stage, and only that", () => {
    const text = textOf("examples/quickstart.abaw");
    const plain = planOf(text);
    const changed = planOf(text, { set: [["together.batch", "16"]] });
    const differs = plain.stages.filter(({ hash }) => !changed.stages.some((each) => each.hash === hash));
    expect(differs.map(({ tasks }) => tasks.length)).toEqual([4]);
    expect(changed.stages.find(({ tasks }) => tasks.length === 4)?.batch).toBe(16);
  });
});
