import { readdirSync, readFileSync } from "node:fs";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import { emitOnnx } from "../../../compiler/emit/onnx/emit-onnx.ts";
import { inferTypes } from "../../../compiler/emit/onnx/infer-types.ts";
import { listNodes } from "../../../compiler/emit/onnx/list-nodes.ts";
import { printType } from "../../../compiler/ir/builder.ts";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { exportedGraph, headsGraph, wholeStepGraph } from "../../../compiler/lower/named-graphs.ts";
import { compiled } from "../../plan-of.ts";

const specs = new URL("../../../specs/", import.meta.url);
const names = readdirSync(specs).filter((name) => name.endsWith(".abaw"));

/** Graphs of a spec at a size that is soon written: of its last stage, and its exports. */
function graphsOf(name: string): readonly Graph[] {
  const text = readFileSync(new URL(name, specs), "utf8");
  const { plan, diagnostics } = compiled(text, text.includes("\nprofile toy {") ? { profile: "toy" } : {});
  expect(plan).toBeDefined();
  const stages = plan!.stages.slice(-1).flatMap((stage) => [headsGraph(stage), wholeStepGraph(stage)]);
  return [...stages, ...plan!.exports.map((each) => exportedGraph(each, plan!))].flatMap(({ graph }) => {
    try {
      return [graph()];
    } catch (problem) {
      // What this version cannot write, and says so.
      if (diagnostics.every(({ severity }) => severity !== "later")) throw problem;
      return [];
    }
  });
}

describe.each(names)("the ONNX files of %s", (name) => {
  const graphs = graphsOf(name);

  test("have nodes whose types are inferred as the graph has them", () => {
    let compared = 0;
    for (const graph of graphs) {
      const { model, types } = emitOnnx(graph);
      const { graph: proto } = onnxProto.onnx.ModelProto.decode(model);
      const initializers = new Map((proto?.initializer ?? []).map((each) => [each.name, each]));
      // Each node by itself, its inputs given: what a rule says must be what the graph says.
      for (const node of proto?.node ?? []) {
        const given = new Map(
          (node.input ?? []).flatMap((each) => (types.has(each) ? [[each, types.get(each)!]] : [])),
        );
        const initializer = (node.input ?? []).flatMap((each) => initializers.get(each) ?? []);
        const found = inferTypes({ initializer, node: [node] }, given);
        for (const each of node.output ?? []) {
          const [told, wanted] = [found.get(each), types.get(each)];
          if (told === undefined || wanted === undefined) continue;
          compared += 1;
          expect(printType(told), `${node.opType} ${node.name}`).toBe(printType(wanted));
        }
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  test("are listed in their order, every tensor with its type", () => {
    for (const graph of graphs) {
      const { model, types } = emitOnnx(graph);
      const listed = listNodes(model, types);
      const { graph: proto } = onnxProto.onnx.ModelProto.decode(model);
      expect(listed.nodes.map(({ name: each, op }) => [each, op])).toEqual(
        (proto?.node ?? []).map((node) => [node.name, node.opType]),
      );
      const tensors = listed.nodes.flatMap(({ outputs }) => outputs).filter((each) => each.name !== "");
      const untold = tensors.filter(({ type }) => type === undefined);
      expect(untold).toEqual([]);
    }
  });
});
