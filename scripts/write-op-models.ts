/**
 * Writes the ONNX models of every op's samples and of their gradients, in every operator set, for test/reference/check_onnx.py:
 *   npx tsx scripts/write-op-models.ts <folder> && python test/reference/check_onnx.py <folder>
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emitOnnx, opsets } from "../compiler/emit/onnx/emit-onnx.ts";
import { referenceCases } from "../test/compiler/ops/reference-cases.ts";
import { gradientGraph } from "../test/compiler/ops/sample-graph.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("write-op-models needs a folder to write into");
mkdirSync(folder, { recursive: true });
for (const { graph, sample, cotangents, trained } of referenceCases()) {
  const backward = gradientGraph(graph, cotangents, trained);
  for (const each of backward.outputs.length === 0 ? [graph] : [graph, backward]) {
    for (let opset: number = opsets.least; opset <= opsets.most; opset++) {
      writeFileSync(join(folder, `${each.name}-${sample}-${opset}.onnx`), emitOnnx(each, { opset }).model);
    }
  }
}
