import { emitOnnx } from "../../../compiler/emit/onnx/emit-onnx.ts";
import { listNodes } from "../../../compiler/emit/onnx/list-nodes.ts";
import { exportName } from "../../../compiler/lower/describe-plan.ts";
import {
  exportedGraph,
  fileName,
  headsGraph,
  type NamedGraph,
  wholeStepGraph,
} from "../../../compiler/lower/named-graphs.ts";
import type { Plan } from "../../../compiler/lower/plan.ts";
import type { Made, OnnxFile, Spec, Subject } from "../protocol.ts";
import { analysed, cannot, makeOf, notPlanned } from "./workspace.ts";

/** The ONNX file of a graph, byte for byte as `abaw compile` writes it, and what stands in it. */
export function onnx({ subject, ...spec }: Spec & { readonly subject: Subject }): Made<OnnxFile> {
  const analysis = analysed(spec);
  const named = graphOf(analysis.planned, subject);
  if (named === undefined) return cannot(notPlanned);
  return makeOf(analysis, () => {
    const { model, types } = emitOnnx(named.graph(), named.options);
    return { model, file: `${fileName(named.name)}.onnx`, ...listNodes(model, types) };
  });
}

function graphOf(plan: Plan, subject: Subject): NamedGraph | undefined {
  if (subject.kind === "export") {
    const wanted = plan.exports.find((each) => exportName(plan, each) === subject.name);
    return wanted === undefined ? undefined : exportedGraph(wanted, plan);
  }
  const stage = plan.stages.find(({ label }) => label === subject.stage);
  if (stage === undefined) return undefined;
  return subject.kind === "training" ? wholeStepGraph(stage) : headsGraph(stage);
}
