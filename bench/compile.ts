/** Time from text to the bytes of step and inference graphs: ViT-B/16, fusion, LSTM over 20 frames; each round in a fresh process. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { emitOnnx } from "../compiler/emit/onnx/emit-onnx.ts";
import { stepGraph } from "../compiler/lower/step-graph.ts";
import { median } from "./median.ts";
import { measuredStage } from "./plan-of.ts";

const rounds = 5;

export function benchCompile(): void {
  const times = Array.from({ length: rounds }, () =>
    Number(
      execFileSync(process.execPath, ["--import", "tsx", fileURLToPath(import.meta.url), "once"], { encoding: "utf8" }),
    ),
  );
  console.log(
    `compile ViT-B/16 + fusion + LSTM, 20 frames, to step and inference graphs: ${median(times).toFixed(0)} ms (median of ${rounds} cold processes)`,
  );
}

if (process.argv[2] === "once") {
  const begun = performance.now();
  const stage = measuredStage("compile");
  emitOnnx(stepGraph(stage));
  emitOnnx(stage.graphs.evaluation());
  console.log(performance.now() - begun);
}
