import type { onnx } from "onnx-proto";
import { attributeOf, constantOf, heldBy, integersIn, sameValue } from "./attributes.ts";
import type { Signature } from "./signature.ts";
import { refusal, signatureAt, type Versions, withoutEqual } from "./without-equal.ts";

/** What surrounds a node that is brought to another version. */
export interface Conversion extends Versions {
  /** A name that nothing in the graph has. */
  fresh(hint: string): string;
  /** What a name of a graph around this one holds in all runs, if it does. */
  constant(name: string): onnx.ITensorProto | undefined;
}

/** Inputs of newer versions that older ones have as attributes (https://onnx.ai/onnx/operators): the place of each. */
const moved: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Clip: { min: 1, max: 2 },
  Pad: { pads: 1, value: 2 },
  ReduceL1: { axes: 1 },
  ReduceL2: { axes: 1 },
  ReduceLogSum: { axes: 1 },
  ReduceLogSumExp: { axes: 1 },
  ReduceMax: { axes: 1 },
  ReduceMean: { axes: 1 },
  ReduceMin: { axes: 1 },
  ReduceProd: { axes: 1 },
  ReduceSum: { axes: 1 },
  ReduceSumSquare: { axes: 1 },
  Slice: { starts: 1, ends: 2, axes: 3 },
  Split: { split: 1 },
  Squeeze: { axes: 1 },
  TopK: { k: 1 },
  Unsqueeze: { axes: 1 },
};
/** Of the moved ones, those that are lists even with one entry are all but these. */
const scalars: ReadonlySet<string> = new Set(["Clip.min", "Clip.max", "Pad.value"]);
/** Attributes that went with what they said becoming the only way. */
const droppable: ReadonlySet<string> = new Set(["BatchNormalization.spatial"]);

/** A node of ONNX's own operators at another version of them: the same, or others that mean it. Throws a NetworkRefusal. */
export function convertNode(node: onnx.INodeProto, conversion: Conversion): readonly onnx.INodeProto[] {
  const { from, to } = conversion;
  const name = node.opType ?? "";
  const before = signatureAt(name, from);
  const after = signatureAt(name, to);
  if (before === after) return [node];
  const replaced = replacedNode(node, conversion);
  if (replaced !== undefined) return replaced;
  const without = withoutEqual(name, conversion);
  if (without !== undefined) throw without;
  if (before === undefined || after === undefined || "gone" in before || "gone" in after)
    throw refusal(name, conversion);
  return adapted(node, before, after, conversion);
}

type Known = Exclude<Signature, { readonly gone: true }>;

/** The same operator, what it takes put where the other version has it. */
function adapted(
  node: onnx.INodeProto,
  before: Known,
  after: Known,
  conversion: Conversion,
): readonly onnx.INodeProto[] {
  const name = node.opType ?? "";
  const places = moved[name] ?? {};
  const constants: onnx.INodeProto[] = [];
  const input = [...(node.input ?? [])];
  const attribute: onnx.IAttributeProto[] = [];
  for (const each of node.attribute ?? []) {
    const key = each.name ?? "";
    const place = places[key];
    if (key in after.attributes) attribute.push(each);
    else if (place !== undefined && place < after.inputs) {
      const given = conversion.fresh(key);
      if (each.refAttrName) throw refusal(name, conversion, `its \`${key}\` is an argument of a function`);
      constants.push(constantOf(given, each, !scalars.has(`${name}.${key}`)));
      while (input.length < place) input.push("");
      input[place] = given;
    } else if (!droppable.has(`${name}.${key}`) && !sameValue(heldBy(each), before.attributes[key]))
      throw refusal(name, conversion, `\`${key}\``);
  }
  // A default that changed is written out.
  for (const [key, value] of Object.entries(before.attributes)) {
    if (value === null || attribute.some((each) => each.name === key)) continue;
    const now = after.attributes[key];
    if (now !== undefined && !sameValue(now, value)) attribute.push(attributeOf(key, value));
    else if (
      now === undefined &&
      conversion.to > conversion.from &&
      places[key] === undefined &&
      !droppable.has(`${name}.${key}`)
    )
      throw refusal(name, conversion, `\`${key}\``);
  }
  for (const [key, place] of Object.entries(places)) {
    const given = input[place];
    if (given === undefined || given === "" || place < after.inputs) continue;
    const values = key in after.attributes ? integersIn(conversion.constant(given)) : undefined;
    if (values === undefined) throw refusal(name, conversion, `\`${key}\` is computed`);
    attribute.push({ ...attributeOf(key, values), name: key });
    input[place] = "";
  }
  while (input.length > 0 && input.at(-1) === "") input.pop();
  const output = [...(node.output ?? [])];
  while (output.length > 1 && output.at(-1) === "") output.pop();
  if (input.length > after.inputs) throw refusal(name, conversion, `it has ${input.length} inputs`);
  if (output.length > after.outputs) throw refusal(name, conversion, `it has ${output.length} outputs`);
  if (name === "Split" && conversion.to >= 18 && input.length < 2 && !attribute.some((a) => a.name === "num_outputs"))
    attribute.push(attributeOf("num_outputs", output.length));
  return [...constants, { ...node, input, output, attribute }];
}

/** Others in its place, where an operator went or means something else by now. */
function replacedNode(node: onnx.INodeProto, conversion: Conversion): readonly onnx.INodeProto[] | undefined {
  const { from, to } = conversion;
  const { opType, input = [], output = [], attribute = [] } = node;
  switch (opType) {
    case "Dropout":
      // Nothing is dropped in evaluation.
      if ((output?.[1] ?? "") !== "") return undefined;
      return [{ opType: "Identity", name: node.name ?? "", input: [input?.[0] ?? ""], output: [output?.[0] ?? ""] }];
    case "Softmax":
    case "LogSoftmax":
    case "Hardmax":
      return from < 13 && to >= 13 ? overRest(node, conversion) : undefined;
    case "Upsample":
    case "Resize":
      if (from > 10 || to <= 10) return undefined;
      return enlarged(
        node,
        conversion,
        (attribute ?? []).find(({ name }) => name === "scales"),
      );
    default:
      return undefined;
  }
}

/** Before the opset 13, such an operator took all axes from one on as a single one. */
function overRest(node: onnx.INodeProto, { fresh }: Conversion): readonly onnx.INodeProto[] {
  const [x = ""] = node.input ?? [];
  const [y = ""] = node.output ?? [];
  const axis = (node.attribute ?? []).find(({ name }) => name === "axis") ?? attributeOf("axis", 1);
  const [shape, flat, result] = [fresh("shape"), fresh("flat"), fresh("result")];
  return [
    { opType: "Shape", input: [x], output: [shape] },
    { opType: "Flatten", input: [x], output: [flat], attribute: [axis] },
    { ...node, input: [flat], output: [result], attribute: [attributeOf("axis", -1)] },
    { opType: "Reshape", input: [result, shape], output: [y] },
  ];
}

/** Up to the opset 10, places are scaled from a picture's corner, and of two the lower is the nearest. */
function enlarged(
  node: onnx.INodeProto,
  { fresh }: Conversion,
  scales: onnx.IAttributeProto | undefined,
): readonly onnx.INodeProto[] {
  const [x = "", given] = node.input ?? [];
  const factors = given ?? fresh("scales");
  const constants = scales === undefined ? [] : [constantOf(factors, scales, true)];
  const mode = (node.attribute ?? []).filter(({ name }) => name === "mode");
  const attribute = [
    ...mode,
    attributeOf("coordinate_transformation_mode", "asymmetric"),
    attributeOf("nearest_mode", "floor"),
  ];
  return [...constants, { ...node, opType: "Resize", input: [x, "", factors], attribute }];
}
