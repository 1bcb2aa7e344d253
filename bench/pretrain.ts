/**
 * Whether masked pre-training helps: specs/pretrain/mae.abaw under its profile `minutes`, the same fine-tuning on action units from the
 * pre-trained weights and from random ones, with three seeds. `--to FOLDER` keeps the run; the same folder goes on where it was stopped.
 * With a report, `abaw sweep specs/pretrain/mae.abaw --profile minutes` does the same.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compile } from "../compiler/compile.ts";
import { onnxEngine } from "../runtime/engines/onnx/index.ts";
import { RunFolder } from "../runtime/run/run-folder.ts";
import { Run } from "../runtime/run/run-plan.ts";
import { only } from "../runtime/train/stage-files.ts";
import { silent } from "./silent.ts";

const specs = new URL("../specs/", import.meta.url);

export async function benchPretrain(folder: string): Promise<void> {
  const read = (path: string) => readFileSync(new URL(path, specs), "utf8");
  const name = "pretrain/mae.abaw";
  const { plan, diagnostics } = compile({ name, text: read(name) }, { read, profile: "minutes" });
  const sweep = plan?.sweeps.find((each) => each.name === "starts");
  if (plan === undefined || sweep === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const run = new Run(plan, {
    engine: onnxEngine,
    folder: new RunFolder(folder),
    onBadRow: "error",
    signal: new AbortController().signal,
    watch: { ...silent, stageStarts: ({ label }) => console.error(label) },
  });
  if (!(await run.train())) throw new Error("the training was interrupted");
  const scores = new Map<string, number[]>();
  for (const { axes, of } of sweep.points) {
    if (of.kind !== "stage") continue;
    const start = axes.get("start") === "true" ? "pre-trained" : "random";
    const progress = await run.progressOf(run.stageOf(of.hash));
    const score = progress?.best[only]?.value ?? Number.NaN;
    console.log(`${start}, seed ${axes.get("seed")}: mean F1 of units ${score.toFixed(4)}`);
    scores.set(start, [...(scores.get(start) ?? []), score]);
  }
  for (const [start, each] of scores)
    console.log(`${start}: ${(each.reduce((sum, score) => sum + score, 0) / each.length).toFixed(4)} on average`);
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { to: { type: "string" } } });
  const folder = values.to ?? mkdtempSync(join(tmpdir(), "abaw-pretrain-"));
  try {
    await benchPretrain(folder);
  } finally {
    if (values.to === undefined) rmSync(folder, { recursive: true });
  }
}
