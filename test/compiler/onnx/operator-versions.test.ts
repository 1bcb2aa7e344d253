import onnxProto, { type onnx } from "onnx-proto";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { emitOnnx } from "../../../compiler/emit/onnx/emit-onnx.ts";
import { attributeOf } from "../../../compiler/emit/onnx/networks/attributes.ts";
import { convertedGraph } from "../../../compiler/emit/onnx/networks/converted.ts";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { symbol } from "../../../compiler/ir/dim.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";

const { AttributeType } = onnxProto.onnx.AttributeProto;
const floats = (name: string, values: readonly number[]): onnx.IAttributeProto => ({
  name,
  type: AttributeType.FLOATS,
  floats: [...values],
});
const float = (name: string, f: number): onnx.IAttributeProto => ({ name, type: AttributeType.FLOAT, f });
const ints = (name: string, values: readonly number[]): onnx.ITensorProto => ({
  name,
  dims: [values.length],
  dataType: 7,
  int64Data: [...values],
});
const scales = (values: readonly number[]): onnx.ITensorProto => ({
  name: "scales",
  dims: [values.length],
  dataType: 1,
  floatData: [...values],
});

interface Case {
  readonly opset: number;
  readonly node: onnx.INodeProto;
  readonly weights?: readonly onnx.ITensorProto[];
}

const one = (
  opset: number,
  opType: string,
  attribute: onnx.IAttributeProto[] = [],
  weights: onnx.ITensorProto[] = [],
): Case => ({
  opset,
  node: { opType, attribute, input: ["x", ...weights.map(({ name }) => name ?? "")], output: ["y"] },
  weights,
});

/** Of a picture [n, 3, 4, 6], what older and newer versions of operators say otherwise than the model's. */
const cases: Readonly<Record<string, Case>> = {
  "a sum over axes of an attribute": one(11, "ReduceSum", [attributeOf("axes", [2, 3]), attributeOf("keepdims", 0)]),
  "a mean over axes of an attribute": one(13, "ReduceMean", [attributeOf("axes", [1, -1])]),
  "a mean over axes of an input": one(18, "ReduceMean", [attributeOf("keepdims", 0)], [ints("axes", [2, 3])]),
  "a greatest over axes of an input": one(20, "ReduceMax", [], [ints("axes", [-2])]),
  "limits as attributes": one(10, "Clip", [float("min", 0.25), float("max", 0.5)]),
  "one limit as an attribute": one(7, "Clip", [float("max", 0.5)]),
  "edges as an attribute": one(10, "Pad", [attributeOf("pads", [0, 0, 1, 2, 0, 0, 3, 4]), float("value", 0.5)]),
  "edges that mirror": one(10, "Pad", [attributeOf("mode", "reflect"), attributeOf("pads", [0, 0, 1, 2, 0, 0, 3, 4])]),
  "a part given by attributes": one(9, "Slice", [
    attributeOf("starts", [1]),
    attributeOf("ends", [3]),
    attributeOf("axes", [2]),
  ]),
  "parts of equal size": {
    opset: 11,
    node: { opType: "Split", input: ["x"], output: ["y", "z"], attribute: [attributeOf("axis", 3)] },
  },
  "parts of sizes given by an attribute": {
    opset: 11,
    node: {
      opType: "Split",
      input: ["x"],
      output: ["z", "y"],
      attribute: [attributeOf("axis", 3), attributeOf("split", [2, 4])],
    },
  },
  "the greatest, how many by an attribute": {
    opset: 9,
    node: { opType: "TopK", input: ["x"], output: ["y", "place"], attribute: [attributeOf("k", 2)] },
  },
  "a softmax over all axes from one on": one(11, "Softmax", [attributeOf("axis", 2)]),
  "a softmax over all axes": one(12, "Softmax"),
  "its logarithm over the last axis": one(11, "LogSoftmax", [attributeOf("axis", 3)]),
  "the place of the greatest over all axes": one(9, "Hardmax"),
  "a picture enlarged, by an attribute": one(8, "Upsample", [
    attributeOf("mode", "nearest"),
    floats("scales", [1, 1, 2, 3]),
  ]),
  "a picture enlarged": one(9, "Upsample", [attributeOf("mode", "linear")], [scales([1, 1, 2, 2])]),
  "a picture made smaller": one(10, "Resize", [attributeOf("mode", "nearest")], [scales([1, 1, 0.5, 0.5])]),
  "a dropout": one(10, "Dropout", [float("ratio", 0.3)]),
  "axes of size 1 put in": one(11, "Unsqueeze", [attributeOf("axes", [0, 3])]),
  "a shape with a zero": one(13, "Reshape", [], [ints("shape", [0, 3, -1])]),
};

function network({ opset, node, weights = [] }: Case): onnx.IModelProto {
  const dim = [{ dimParam: "n" }, { dimValue: 3 }, { dimValue: 4 }, { dimValue: 6 }];
  return {
    irVersion: 8,
    opsetImport: [{ domain: "", version: opset }],
    graph: {
      name: "net",
      node: [node],
      input: [{ name: "x", type: { tensorType: { elemType: 1, shape: { dim } } } }],
      output: [{ name: "y", type: { tensorType: { elemType: 1 } } }],
      initializer: [...weights],
    },
  };
}

/** The network in a model that does nothing else. */
function within(model: onnx.IModelProto, opset: number): Uint8Array {
  const g = new GraphBuilder(opRules);
  const picture = g.input("field", "x", { dtype: "float32", shape: [symbol("batch"), 3, 4, 6] });
  const said = g.input("feature", "net.y", { dtype: "float32", shape: [symbol("batch"), 1] });
  const outputs = [
    { name: "y", value: said },
    { name: "net/picture", value: picture },
  ];
  const linked = { prefix: "net", file: "net.onnx", model, picture: "net/picture", outputs: new Map([["net.y", "y"]]) };
  return emitOnnx({ name: "whole", outputs }, { opset, networks: [linked] }).model;
}

async function answer(model: Uint8Array) {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 4 });
  const pictures = Float32Array.from({ length: 2 * 3 * 4 * 6 }, (_, i) => ((i * 37) % 64) / 64);
  const { y } = await session.run({ x: new ort.Tensor("float32", pictures, [2, 3, 4, 6]) });
  await session.release();
  return { dims: y!.dims, data: y!.data as Float32Array };
}

describe.each(Object.entries(cases))("%s", (_, each) => {
  test.each([17, 21])("means the same in the opset %i", async (opset) => {
    const model = network(each);
    const expected = await answer(onnxProto.onnx.ModelProto.encode(model).finish());
    const found = await answer(within(model, opset));
    expect(found.dims).toEqual(expected.dims);
    expect(largestDifference(found.data, expected.data)).toBeLessThan(tolerances.exports);
  });
});

describe("is refused with the operator and both versions:", () => {
  const refusal = (each: Case, opset = 17) => {
    expect(() => within(network(each), opset)).toThrow(/^net\.onnx: /);
    try {
      within(network(each), opset);
    } catch (problem) {
      return (problem as Error).message;
    }
    return "";
  };

  test("an operator that came later", () => {
    expect(refusal(one(20, "Gelu"))).toBe(
      "net.onnx: `Gelu` of the opset 20 has no equal in the opset 17 of the model (the opset 17 has none); write opset: 20",
    );
  });

  test("an argument that came later", () => {
    expect(refusal(one(18, "Resize", [attributeOf("antialias", 1)], []))).toBe(
      "net.onnx: `Resize` of the opset 18 has no equal in the opset 17 of the model (`antialias`); write opset: 18",
    );
  });

  test("axes that are computed", () => {
    const node = { opType: "ReduceMean", input: ["x", "axes"], output: ["y"] };
    expect(refusal({ opset: 18, node })).toContain("(`axes` is computed); write opset: 18");
  });

  test("one whose versions mean different things", () => {
    const node = { opType: "GridSample", input: ["x", "places"], output: ["y"] };
    expect(refusal({ opset: 16, node }, 21)).toBe(
      "net.onnx: `GridSample` of the opset 16 has no equal in the opset 21 of the model; export the network with the opset 21",
    );
  });

  test("nodes that wait for one another", () => {
    const model = network(one(17, "Relu"));
    model.graph!.node = [
      { opType: "Relu", input: ["b"], output: ["a"] },
      { opType: "Relu", input: ["a"], output: ["b"] },
      { opType: "Add", input: ["x", "b"], output: ["y"] },
    ];
    expect(() => within(model, 17)).toThrow("net.onnx: its nodes wait for one another in a circle");
  });
});

test("of two branches, each has the axes that it names itself", () => {
  const branch = (name: string, axis: number): onnx.IGraphProto => ({
    name,
    initializer: [ints("axes", [axis])],
    node: [{ opType: "ReduceMax", input: ["x", "axes"], output: ["most"] }],
    output: [{ name: "most" }],
  });
  const attribute = [
    { name: "then_branch", type: AttributeType.GRAPH, g: branch("then", 1) },
    { name: "else_branch", type: AttributeType.GRAPH, g: branch("else", 2) },
  ];
  const graph = { name: "g", node: [{ opType: "If", input: ["c"], output: ["y"], attribute }] };
  const fresh = (hint: string) => hint;
  const converted = convertedGraph(graph, { from: 18, to: 17, fresh, constant: () => undefined });
  const axes = converted.node?.[0]?.attribute?.map(
    ({ g }) => g?.node?.[0]?.attribute?.find(({ name }) => name === "axes")?.ints,
  );
  expect(axes).toEqual([[1], [2]]);
});
