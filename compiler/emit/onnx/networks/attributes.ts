import onnxProto, { type onnx } from "onnx-proto";
import type { AttributeDefault } from "./signature.ts";

const { AttributeType } = onnxProto.onnx.AttributeProto;
const { DataType } = onnxProto.onnx.TensorProto;

/** What a plain attribute holds; undefined for a tensor, a graph or one that refers to a function's. */
export function heldBy(attribute: onnx.IAttributeProto): Exclude<AttributeDefault, null> | undefined {
  if (attribute.refAttrName) return undefined;
  switch (attribute.type) {
    case AttributeType.INT:
      return Number(attribute.i ?? 0);
    case AttributeType.FLOAT:
      return attribute.f ?? 0;
    case AttributeType.STRING:
      return new TextDecoder().decode(attribute.s ?? new Uint8Array());
    case AttributeType.INTS:
      return (attribute.ints ?? []).map(Number);
    case AttributeType.FLOATS:
      return attribute.floats ?? [];
    default:
      return undefined;
  }
}

export function sameValue(a: AttributeDefault | undefined, b: AttributeDefault | undefined): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.fround(a) === Math.fround(b);
  return JSON.stringify(a) === JSON.stringify(b);
}

/** An attribute of the type that its value has; a whole number is one of integers. */
export function attributeOf(name: string, value: Exclude<AttributeDefault, null>): onnx.IAttributeProto {
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === "number")
    return Number.isInteger(value)
      ? { name, type: AttributeType.INT, i: value }
      : { name, type: AttributeType.FLOAT, f: value };
  return { name, type: AttributeType.INTS, ints: value.map(Number) };
}

/** A node that gives what an attribute held: a scalar of one number, else a list. */
export function constantOf(output: string, attribute: onnx.IAttributeProto, asList: boolean): onnx.INodeProto {
  const { type } = attribute;
  const isWhole = type === AttributeType.INT || type === AttributeType.INTS;
  const held = heldBy(attribute);
  const values = (Array.isArray(held) ? held : [held]).map(Number);
  const dims = asList ? [values.length] : [];
  const data = isWhole ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
  const value: onnx.ITensorProto = {
    dims,
    dataType: isWhole ? DataType.INT64 : DataType.FLOAT,
    rawData: new Uint8Array(data.buffer),
  };
  return { opType: "Constant", output: [output], attribute: [{ name: "value", type: AttributeType.TENSOR, t: value }] };
}

/** The whole numbers of a constant tensor; undefined where it has others, or so many that they are no axes. */
export function integersIn(tensor: onnx.ITensorProto | undefined): readonly number[] | undefined {
  if (tensor?.dataType !== DataType.INT64) return undefined;
  if (tensor.int64Data !== undefined && tensor.int64Data !== null && tensor.int64Data.length > 0)
    return tensor.int64Data.map(Number);
  const { rawData } = tensor;
  if (!rawData || rawData.byteLength > 8 * 64) return undefined;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.byteLength / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}
