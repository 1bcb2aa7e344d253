import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assembledValues, predictionsOf, resultsOf } from "../../runtime/run/results.ts";
import { submissionOf } from "../../runtime/submit/write-submission.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, numberSpec } from "./number-run.ts";

const spec = `${numberSpec
  .slice(0, numberSpec.indexOf("stage alone"))
  .replace('val:    "validation', 'test: "list.txt"\n  val:    "validation')}
every = [au, expr, valence, arousal]

stage all_of(d: data) = train system(every) on d {
  optimizer: adamw(1e-2), batch: 32, duration: 2 epochs, keep: last
}

assemble retrained on faces.test { t: all_of(faces.all) for t in every }
assemble fitted on faces.test {
  au: all_of(faces.train).au -> threshold(fit(0.1 .. 0.9, each: label, cross: 1, on: faces.val))
}
assemble judged on faces.val { t: all_of(faces) for t in every }

submit retrained { list: faces.test, to: "predictions.txt" }
`;

test("an assembly on the test part is made for its rows alone, of stages that may have seen all others", async () => {
  const root = drawnNumbers();
  const rows = ["video8/00003.jpg", "video8/00004.jpg", "video2/00001.jpg"];
  writeFileSync(
    join(root, "list.txt"),
    `image,valence,arousal,expression,aus\n${rows.map((row) => `${row},\n`).join("")}`,
  );
  const run = numberRun(root, temporaryFolder(), {}, spec);
  expect(await run.train()).toBe(true);

  expect(new Set((await resultsOf(run)).map(({ of }) => of))).toEqual(new Set(["judged", "all_of(faces)"]));
  const made = await predictionsOf(run, "retrained", "test");
  expect(made?.table.image).toEqual(rows);
  const stage = run.plan.stages.find(({ label }) => label === "all_of(faces.all)");
  if (stage === undefined) throw new Error("there is no stage");
  const own = await run.predict(run.over(stage, (run.plan.assemblies[0] ?? stage).data), "valence", "test");
  expect(made?.tasks.find(({ task }) => task.name === "valence")?.values).toEqual(own);
  await expect(predictionsOf(run, "retrained", "val")).rejects.toThrow("made for the part test alone");

  // Thresholds come of the validation part, whose rows these stages have not seen.
  const assembly = run.plan.assemblies.find(({ name }) => name === "fitted");
  if (assembly === undefined) throw new Error("there is no assembly");
  const [units] = await assembledValues(run, assembly, await run.dataOf(assembly.data), "test");
  expect(units?.fitted.map(({ on }) => on)).toEqual(["val"]);
  expect(units?.values.length).toBe(rows.length * 12);

  const [submission] = run.plan.submissions;
  if (submission === undefined) throw new Error("there is no submission");
  const { text } = await submissionOf(run, submission);
  expect(
    text
      .trim()
      .split("\n")
      .map((line) => line.split(",")[0]),
  ).toEqual(["image", ...rows]);
});
