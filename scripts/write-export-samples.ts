/**
 * Writes, for every export of a finished run, noise at five shapes and what the runtime says of it, for test/reference/check_export.py:
 *   npx tsx scripts/write-export-samples.ts SPEC RUN
 */
import { join } from "node:path";
import { checkedSpec } from "../cli/checked-spec.ts";
import { finishedRun } from "../cli/open-run.ts";
import { exportName } from "../compiler/lower/describe-plan.ts";
import { fileName } from "../compiler/lower/named-graphs.ts";
import { writeSafetensors } from "../runtime/checkpoints/safetensors.ts";
import type { Tensor } from "../runtime/engines/engine.ts";
import { exportAnswers } from "../runtime/run/check-export.ts";

const [spec = "", out = ""] = process.argv.slice(2);
const checked = checkedSpec(spec, {}, "look");
const run = await finishedRun(checked, { out });
for (const plan of checked.plan.exports) {
  const name = exportName(checked.plan, plan);
  const tensors = new Map<string, Tensor>();
  for (const [i, { inputs, outputs }] of (await exportAnswers(run, plan)).entries()) {
    for (const [field, tensor] of inputs) tensors.set(`${i}/input/${field}`, tensor);
    for (const [task, data] of outputs)
      tensors.set(`${i}/output/${task}`, { dtype: "float32", shape: [data.length], data });
  }
  writeSafetensors(join(out, "export", `${fileName(name)}.samples.safetensors`), tensors, {});
}
