/** ONNX nodes for what a convolution sends back, as products where onnxruntime's own convolutions would go row by row. */
import { type Dim, divideDims, productOf } from "../ir/dim.ts";
import { type Walk, walkAttributes } from "./convolution.ts";
import type { Emitted, OnnxWriter } from "./onnx-writer.ts";

export type Sized = Walk & { sizes: readonly Dim[] };

/** dx as a transposed convolution. */
export function transposed(w: OnnxWriter, dy: Emitted, weight: Emitted, attributes: Sized): string {
  const { strides, pads, dilations, sizes } = attributes;
  const spatial = strides.length;
  // What the stride left over at the end of the input.
  const outputPadding = strides.map((stride, axis) => {
    const reached =
      (Number(dy.type.shape[axis + 2]) - 1) * stride +
      (dilations[axis] ?? 1) * (Number(weight.type.shape[axis + 2]) - 1) +
      1;
    return Number(sizes[axis]) + (pads[axis] ?? 0) + (pads[axis + spatial] ?? 0) - reached;
  });
  return w.node("ConvTranspose", [dy.name, weight.name], {
    ...walkAttributes(attributes),
    output_padding: outputPadding,
  });
}

/**
 * The same as the WebGPU provider computes it right. Where each group has several channels in dy and one in dx it is wrong (onnxruntime
 * 1.30, of two): a second one of zeros is computed beside it and left out.
 */
export function transposedOnWebgpu(w: OnnxWriter, dy: Emitted, weight: Emitted, attributes: Sized): string {
  const [out = 1, into, ...kernel] = weight.type.shape;
  const { groups } = attributes;
  if (groups === 1 || into !== 1 || out === groups) return transposed(w, dy, weight, attributes);
  const none = weight.type.shape.map(() => 0);
  const name = w.node("Pad", [weight.name, w.integers([...none, ...none.with(1, 1)])]);
  const wider: Emitted = { name, type: { ...weight.type, shape: [out, 2, ...kernel] } };
  const both = transposed(w, dy, wider, attributes);
  return w.node("Slice", [both, w.integers([0]), w.integers([2 * groups]), w.integers([1]), w.integers([2])]);
}

/**
 * Without a stride, dx is dy convolved with the kernel turned round, inputs and outputs exchanged in each group: many times as fast as
 * ConvTranspose where channels are convolved alone. Undefined where the padding reaches farther than the kernel.
 */
export function convolvedBack(w: OnnxWriter, dy: Emitted, weight: Emitted, attributes: Sized): string | undefined {
  const { strides, pads, dilations, groups } = attributes;
  const [out = 1, into = 1, ...kernel] = weight.type.shape;
  const reach = kernel.map((size, axis) => (dilations[axis] ?? 1) * (Number(size) - 1));
  const back = pads.map((pad, i) => (reach[i % reach.length] ?? 0) - pad);
  if (strides.some((stride) => stride !== 1) || back.some((pad) => pad < 0)) return undefined;
  const each = divideDims(out, groups) ?? 1;
  const turned = reach.some((far) => far > 0) ? turnedRound(w, weight) : weight.name;
  const grouped = w.reshape(turned, weight.type.shape, [groups, each, into, ...kernel]);
  const swapped = w.node("Transpose", [grouped], { perm: [0, 2, 1, ...kernel.map((_, i) => i + 3)] });
  const exchanged = w.reshape(swapped, [groups, into, each, ...kernel], [productOf([groups, into]), each, ...kernel]);
  return w.node("Conv", [dy.name, exchanged], { strides, pads: back, dilations, group: groups });
}

/** The kernel with the order of its spatial axes reversed. */
function turnedRound(w: OnnxWriter, weight: Emitted): string {
  const axes = weight.type.shape.slice(2).map((_, i) => i + 2);
  const last = axes.map(() => -1);
  const beforeFirst = axes.map((axis) => -1 - Number(weight.type.shape[axis]));
  return w.node("Slice", [weight.name, w.integers(last), w.integers(beforeFirst), w.integers(axes), w.integers(last)]);
}

/** So few channels are convolved fast as they are. */
const few = 4;

/**
 * dw [out, c, height, width] of a convolution of pictures without groups: for each row of the kernel one product of dy
 * [out, n × places] and what the row meets [n × places, width × c]. Undefined for others.
 */
export function asProducts(w: OnnxWriter, x: Emitted, dy: Emitted, attributes: Sized): string | undefined {
  const { groups, sizes } = attributes;
  const [n = 1, c = 1, ...picture] = x.type.shape;
  const [, out = 1, ...places] = dy.type.shape;
  const numbers = [c, out, ...picture, ...places, ...sizes];
  if (groups !== 1 || picture.length !== 2 || !numbers.every((size) => typeof size === "number")) return undefined;
  const [height = 1, width = 1] = sizes.map(Number);
  const seen = Number(places[0]) * Number(places[1]);
  if (height * width === 1 && Number(c) * Number(out) < seen * (Number(c) + Number(out)))
    return sumOfProducts(w, x, dy, attributes, seen);
  if (Number(c) <= few && height * width > 1) return undefined;
  const rows = productOf([n, seen]);
  const sent = w.node("Transpose", [dy.name], { perm: [1, 0, 2, 3] });
  const matrix = w.reshape(sent, [out, n, ...places], [out, rows]);
  const met = metByRows(w, x, dy, attributes);
  const parts = met.map((part) =>
    w.node("Gemm", [matrix, w.reshape(part, [n, ...places, width * Number(c)], [rows, width * Number(c)])]),
  );
  const all = parts.length === 1 ? (parts[0] ?? "") : w.node("Concat", parts, { axis: 1 });
  const shaped = w.reshape(all, [out, height * width * Number(c)], [out, height, width, c]);
  return w.node("Transpose", [shaped], { perm: [0, 3, 1, 2] });
}

/** Of single pixels: a product of each picture, added up, which needs no other order of the entries. */
function sumOfProducts(w: OnnxWriter, x: Emitted, dy: Emitted, { strides, pads }: Sized, seen: number): string {
  const [n = 1, c = 1] = x.type.shape;
  const [, out = 1, ...places] = dy.type.shape;
  const padded = withZeros(w, x.name, pads, 2);
  const kept = strides.some((stride) => stride > 1) ? every(w, padded, [2, 3], [0, 0], places, strides) : padded;
  const columns = w.node("Transpose", [w.reshape(kept, [n, c, ...places], [n, c, seen])], { perm: [0, 2, 1] });
  const products = w.node("MatMul", [w.reshape(dy.name, [n, out, ...places], [n, out, seen]), columns]);
  return w.reshape(w.node("ReduceSum", [products, w.integers([0])], { keepdims: 0 }), [out, c], [out, c, 1, 1]);
}

/** For each row of the kernel what its entries meet: [n, ..places, width × c]. */
function metByRows(w: OnnxWriter, x: Emitted, dy: Emitted, { strides, pads, dilations, sizes }: Sized): string[] {
  const [height = 1, width = 1] = sizes.map(Number);
  const [down = 1, right = 1] = dilations;
  const places = dy.type.shape.slice(2);
  const last = w.node("Transpose", [x.name], { perm: [0, 2, 3, 1] });
  const padded = withZeros(w, last, pads, 1);
  const taps = Array.from({ length: width }, (_, j) =>
    every(w, padded, [2], [j * right], places.slice(1), strides.slice(1)),
  );
  const beside = taps.length === 1 ? (taps[0] ?? "") : w.node("Concat", taps, { axis: 3 });
  return Array.from({ length: height }, (_, i) =>
    every(w, beside, [1], [i * down], places.slice(0, 1), strides.slice(0, 1)),
  );
}

function withZeros(w: OnnxWriter, x: string, pads: readonly number[], first: number): string {
  if (pads.every((pad) => pad === 0)) return x;
  const [before, after] = [pads.slice(0, 2), pads.slice(2)];
  const lead = Array.from({ length: first }, () => 0);
  const trail = Array.from({ length: 2 - first }, () => 0);
  return w.node("Pad", [x, w.integers([...lead, ...before, ...trail, ...lead, ...after, ...trail])]);
}

/** `counts` entries of some axes, from a start, by a step. */
function every(
  w: OnnxWriter,
  x: string,
  axes: readonly number[],
  starts: readonly number[],
  counts: readonly Dim[],
  steps: readonly number[],
): string {
  const ends = starts.map((start, i) => start + (Number(counts[i]) - 1) * (steps[i] ?? 1) + 1);
  return w.node("Slice", [x, w.integers(starts), w.integers(ends), w.integers(axes), w.integers(steps)]);
}
