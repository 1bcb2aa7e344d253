import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Analysis, analyse, Checker } from "../../compiler/compile.ts";
import type { Span } from "../../compiler/diagnostics/source.ts";
import { seededRandom } from "../compiler/seeded-random.ts";
import { readStandard } from "../plan-of.ts";
import { randomEdit } from "../random-edit.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const placed = ({ start, end, source }: Span) => `${source.name} ${start} ${end}`;

/** All that a check says, and what it plans; which of several stages a related place names is left to it. */
function outcome({ diagnostics, planned }: Analysis) {
  return {
    said: diagnostics.map(({ code, message, span, help, fix }) =>
      [code, message, placed(span), help, fix && `${placed(fix.span)} ${fix.replacement}`].join(" | "),
    ),
    planned: [
      ...planned.stages.map(({ label, hash }) => `${label} ${hash}`),
      ...planned.assemblies.map(({ name }) => name),
      ...planned.sweeps.map(({ name, points }) => `${name} ${points.map(({ label }) => label).join()}`),
      planned.exports.length,
    ],
  };
}

describe("a version checked after the one before says and plans what it does checked anew", () => {
  test.each([
    "examples/quickstart.abaw",
    "specs/table5/hsemotion.abaw",
    "specs/table5/baseline.abaw",
    "specs/now/leader-follower.abaw",
    "specs/09-curriculum.abaw",
    "specs/10-newcomer.abaw",
    "specs/now/cascade.abaw",
  ])("%s", (name) => {
    const options = { read: readStandard };
    const whole = readFileSync(`${root}${name}`, "utf8");
    const random = seededRandom(name);
    const checker = new Checker(options);
    let text = whole;
    for (let step = 0; step < 16; step += 1) {
      if (step % 4 === 0) checker.check({ name, text: whole });
      text = randomEdit(step % 4 === 0 ? whole : text, random);
      const now = outcome(checker.check({ name, text }));
      expect(now, `step ${step}`).toEqual(outcome(analyse({ name, text }, options)));
    }
  });

  test("what an edit leaves alone is the same object", () => {
    const name = "examples/quickstart.abaw";
    const text = readFileSync(`${root}${name}`, "utf8");
    const checker = new Checker({ read: readStandard });
    const before = checker.check({ name, text }).stages;
    const after = checker.check({ name, text: text.replace("opset: 17", "opset: 18") }).stages;
    expect(before.length).toBeGreaterThan(0);
    expect(after.map(({ checked }, i) => checked === before[i]?.checked)).toEqual(before.map(() => true));
  });
});
