import { addDims, type Dim, divideDims, multiplyDims, subtractDims } from "../ir/dim.ts";
import type { TensorType } from "../ir/graph.ts";
import type { Emitted, OnnxAttribute, OnnxWriter } from "./onnx-writer.ts";
import { call, named, type Python, type PythonInput, tuple } from "./torch-text.ts";

/** How a convolution walks: one entry per spatial axis; `pads` holds all beginnings, then all ends. */
export type Walk = {
  strides: readonly number[];
  pads: readonly number[];
  dilations: readonly number[];
  groups: number;
};

/** The extent of one output axis, ⌊(in + pads − dilation (kernel − 1) − 1) / stride⌋ + 1; undefined if it is not above 0. */
export function extent(size: Dim, kernel: Dim, walk: Walk, axis: number): Dim | undefined {
  const spatial = walk.strides.length;
  const stride = walk.strides[axis] ?? 1;
  const reach = multiplyDims(subtractDims(kernel, 1), walk.dilations[axis] ?? 1);
  const room = subtractDims(
    addDims(size, (walk.pads[axis] ?? 0) + (walk.pads[axis + spatial] ?? 0)),
    addDims(reach, 1),
  );
  if (typeof room === "number") return room < 0 ? undefined : Math.floor(room / stride) + 1;
  const steps = divideDims(room, stride);
  return steps === undefined ? undefined : addDims(steps, 1);
}

/** Sizes of the spatial axes after x has been walked by a kernel; undefined if one does not fit. */
export function walkedSizes(x: TensorType, kernel: readonly Dim[], walk: Walk): readonly Dim[] | undefined {
  const sizes: Dim[] = [];
  for (let axis = 0; axis < kernel.length; axis++) {
    const size = extent(x.shape[axis + 2] ?? 1, kernel[axis] ?? 1, walk, axis);
    if (size === undefined) return undefined;
    sizes.push(size);
  }
  return sizes;
}

export function walkAttributes(walk: Walk): Record<string, OnnxAttribute> {
  return { strides: walk.strides, pads: walk.pads, dilations: walk.dilations, group: walk.groups };
}

/**
 * The input and the weight of a Conv as the WebGPU provider multiplies them right. With outputs in fours it takes channels whose number
 * three divides in threes, and then reads wrong ones unless they are just three (onnxruntime 1.30): zeros make them a multiple of four.
 */
export function channelsOnWebgpu(
  w: OnnxWriter,
  x: Emitted,
  weight: Emitted,
  groups: number,
): readonly [string, string] {
  const [out, channels] = weight.type.shape.map(Number);
  if (groups > 1 || out === undefined || channels === undefined) return [x.name, weight.name];
  const wrong = out % 4 === 0 && channels > 3 && channels % 3 === 0 && channels % 4 !== 0;
  if (!wrong) return [x.name, weight.name];
  const none = x.type.shape.map(() => 0);
  const amounts = w.integers([...none, ...none.with(1, 4 - (channels % 4))]);
  return [w.node("Pad", [x.name, amounts]), w.node("Pad", [weight.name, amounts])];
}

/** The padding that PyTorch's function does itself: as much before as after; else `padded` has done it. */
export function evenPads(pads: readonly number[]): readonly number[] {
  const before = pads.slice(0, pads.length / 2);
  return isEven(pads) ? before : before.map(() => 0);
}

/** `key=(..)`, unless every axis has the usual value. */
export function allAre(key: string, values: readonly number[], usual: number): readonly string[] {
  return values.every((value) => value === usual) ? [] : [named(key, tuple(values))];
}

/** x with its padding where PyTorch's functions cannot do it. */
export function padded(x: PythonInput, pads: readonly number[], value: string): Python {
  if (isEven(pads)) return x;
  const half = pads.length / 2;
  // From the last axis to the first, each before and after.
  const amounts = Array.from({ length: half }, (_, i) => [pads[half - 1 - i] ?? 0, pads[2 * half - 1 - i] ?? 0]).flat();
  return call("F.pad", x, tuple(amounts), named("value", value));
}

function isEven(pads: readonly number[]): boolean {
  const half = pads.length / 2;
  return pads.slice(0, half).every((pad, i) => pad === pads[half + i]);
}
