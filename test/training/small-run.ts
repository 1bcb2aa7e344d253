import { readFileSync } from "node:fs";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { RunFolder } from "../../runtime/run/run-folder.ts";
import { Run, type RunOptions } from "../../runtime/run/run-plan.ts";
import { planOf } from "../plan-of.ts";

const text = readFileSync(new URL("../check/right.abaw", import.meta.url), "utf8");

/** A run of test/check/right.abaw, four stages on small faces, on the data in a folder. */
export function smallRun(
  root: string,
  folder: string,
  options: Partial<RunOptions> = {},
  set: readonly (readonly [path: string, value: string])[] = [],
): Run {
  return runOf(text, root, folder, options, set);
}

/** A run of any spec whose data are called `faces`. */
export function runOf(
  spec: string,
  root: string,
  folder: string,
  options: Partial<RunOptions> = {},
  set: readonly (readonly [path: string, value: string])[] = [],
): Run {
  const plan = planOf(spec, { set: [["faces.root", JSON.stringify(root)], ...set] });
  return new Run(plan, {
    engine: onnxEngine,
    folder: new RunFolder(folder),
    onBadRow: "error",
    signal: new AbortController().signal,
    watch: silent,
    ...options,
  });
}

export const silent: RunOptions["watch"] = {
  stageStarts: () => undefined,
  stageCached: () => undefined,
  step: () => undefined,
  epoch: () => undefined,
  stageEnds: () => undefined,
  stageFails: () => undefined,
  altered: () => undefined,
  waits: () => undefined,
  pass: () => undefined,
};
