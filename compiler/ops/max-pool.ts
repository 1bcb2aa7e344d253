import { productOf } from "../ir/dim.ts";
import { allAre, evenPads, padded, type Walk, walkedSizes } from "./convolution.ts";
import { defineOp } from "./define-op.ts";
import { perEntry } from "./flops.ts";
import type { Emitted, OnnxWriter } from "./onnx-writer.ts";
import { float, sample } from "./sample.ts";
import { multiples, outputSizes, sizeOf, wholeNumbers } from "./tfjs-kit.ts";
import { call, named, tuple } from "./torch-text.ts";
import * as v from "./vocabulary.ts";

type Pool = { kernel: readonly number[]; strides: readonly number[]; pads: readonly number[] };

const walkOf = ({ kernel, strides, pads }: Pool): Walk => ({
  strides,
  pads,
  dilations: kernel.map(() => 1),
  groups: 1,
});

export const maxPool = defineOp({
  name: "max_pool",
  summary:
    "The largest entry under a window that walks over all axes after the second, and its place in the flat tensor.",
  inputs: ["x"],
  outputs: ["y", "places"],
  constraints: {
    C1: "an x of [n, c, ..] and a window entry for each further axis",
    C2: "a window that fits into the padded x",
  },
  infer({ x }, attributes: Pool, require) {
    require("C1", x.shape.length === attributes.kernel.length + 2);
    const sizes = walkedSizes(x, attributes.kernel, walkOf(attributes));
    require("C2", sizes !== undefined);
    const shape = [...x.shape.slice(0, 2), ...(sizes ?? [])];
    return { y: { dtype: x.dtype, shape }, places: { dtype: "int64", shape } };
  },
  gradient: (g, { inputs: { x }, outputs: { places }, d }) => ({
    x: d.y && v.at(g.apply("max_pool_gradient", [d.y, places], { shape: x.type.shape }), 0),
  }),
  onnx(w, { x }, { kernel, strides, pads }) {
    const [y = "", places = ""] = w.nodes("MaxPool", [x.name], 2, { kernel_shape: kernel, strides, pads });
    return { y, places };
  },
  // The kernel gives no places: they are those of the first largest entry among the window's, compared one after another.
  webgpu(w, { x }, attributes) {
    const { kernel, strides, pads } = attributes;
    const [y = ""] = w.nodes("MaxPool", [x.name], 1, { kernel_shape: kernel, strides, pads });
    return { y, places: windowPlaces(w, x, attributes) };
  },
  // Entries under the window by their place in it: y is the largest of them, and the first that is so large says where.
  tfjs(k, { x }, { kernel, strides, pads }, node) {
    const out = outputSizes(node);
    const axes = kernel.map((_, i) => i);
    const padded = k.kernel(
      "PadV2",
      { x },
      {
        paddings: [[0, 0], [0, 0], ...axes.map((i) => [pads[i] ?? 0, pads[i + kernel.length] ?? 0] as const)],
        constantValue: Number.NEGATIVE_INFINITY,
      },
    );
    const cells = cellsOf(kernel);
    const entries = cells.map((cell) => {
      const begin = [0, 0, ...cell];
      const steps = [1, 1, ...strides];
      const end = begin.map((start, i) => start + ((out[i] ?? 1) - 1) * (steps[i] ?? 1) + 1);
      const none = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
      return k.reshape(k.kernel("StridedSlice", { x: padded }, { begin, end, strides: steps, ...none }), [...out, 1]);
    });
    const all = k.concat(entries, out.length);
    const flat = x.shape.map((_, i) => sizeOf(x.shape.slice(i + 1)));
    const first = k.kernel("ArgMax", { x: all }, { axis: out.length });
    const within = k.constant("int32", [cells.length], offsets(cells, pads, flat.slice(2)));
    let places = k.kernel("GatherV2", { x: within, indices: first }, { axis: 0, batchDims: 0 });
    out.forEach((size, i) => {
      const step = (flat[i] ?? 1) * (i < 2 ? 1 : (strides[i - 2] ?? 1));
      const start = k.constant("int32", [size, ...out.slice(i + 1).map(() => 1)], multiples(size, step));
      places = k.kernel("Add", { a: places, b: start });
    });
    return { y: k.kernel("Max", { x: all }, { reductionIndices: [out.length], keepDims: false }), places };
  },
  flops: (_, { y }, { kernel }) => perEntry(y, productOf(kernel)),
  torch: (_w, { x }, { kernel, strides, pads }) =>
    call(
      `F.max_pool${kernel.length}d`,
      padded(x, pads, "float('-inf')"),
      tuple(kernel),
      named("stride", tuple(strides)),
      ...allAre("padding", evenPads(pads), 0),
    ),
  samples: [
    sample([float([2, 3, 6, 6], "distinct")], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }),
    sample([float([1, 2, 7, 7], "distinct")], { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  ],
  rejects: {
    C1: sample([float([2, 3, 6])], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }),
    C2: sample([float([2, 3, 2])], { kernel: [3], strides: [1], pads: [0, 0] }),
  },
});

function windowPlaces(w: OnnxWriter, x: Emitted, { kernel, strides, pads }: Pool): string {
  const sizes = x.type.shape.map(Number);
  const spatial = sizes.slice(2);
  const walked = walkedSizes(x.type, kernel, walkOf({ kernel, strides, pads })) ?? [];
  const lead = [0, 0];
  const outside = w.scalar(-3.4028234663852886e38);
  const padded = w.node("Pad", [
    x.name,
    w.integers([...lead, ...pads.slice(0, kernel.length), ...lead, ...pads.slice(kernel.length)]),
    outside,
  ]);
  const axes = w.integers(kernel.map((_, axis) => axis + 2));
  let best = "";
  let places = "";
  for (const offset of offsetsOf(kernel)) {
    const last = offset.map((start, axis) => start + (Number(walked[axis]) - 1) * (strides[axis] ?? 1) + 1);
    const entry = w.node("Slice", [padded, w.integers(offset), w.integers(last), axes, w.integers(strides)]);
    const place = w.constant("int32", [1, 1, ...walked.map(Number)], placesAt(offset));
    if (best === "") {
      best = entry;
      places = w.node("Expand", [place, w.integers([sizes[0] ?? 1, sizes[1] ?? 1, ...walked.map(Number)])]);
    } else {
      const better = w.node("Greater", [entry, best]);
      best = w.node("Where", [better, entry, best]);
      places = w.node("Where", [better, place, places]);
    }
  }
  const image = spatial.reduce((product, size) => product * size, 1);
  const images = (sizes[0] ?? 1) * (sizes[1] ?? 1);
  const starts = w.constant(
    "int32",
    [sizes[0] ?? 1, sizes[1] ?? 1, ...kernel.map(() => 1)],
    Int32Array.from({ length: images }, (_, i) => i * image),
  );
  return w.node("Add", [places, starts]);

  /** For each place that the window comes to, where its entry at an offset lies in the image. */
  function placesAt(offset: readonly number[]): Int32Array {
    const found = Int32Array.from({ length: walked.reduce<number>((product, size) => product * Number(size), 1) });
    return found.map((_, flat) => {
      let [rest, stride, place] = [flat, 1, 0];
      for (let axis = kernel.length - 1; axis >= 0; axis -= 1) {
        const size = Number(walked[axis]);
        const at = (rest % size) * (strides[axis] ?? 1) + (offset[axis] ?? 0) - (pads[axis] ?? 0);
        place += at * stride;
        stride *= spatial[axis] ?? 1;
        rest = Math.floor(rest / size);
      }
      return place;
    });
  }
}

/** All offsets in a window, the last axis fastest. */
function offsetsOf(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>(
    (offsets, size) => offsets.flatMap((offset) => Array.from({ length: size }, (_, i) => [...offset, i])),
    [[]],
  );
}

/** Every place in a window, row by row. */
function cellsOf(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>(
    (cells, size) => cells.flatMap((cell) => Array.from({ length: size }, (_, i) => [...cell, i])),
    [[]],
  );
}

/** How far each cell of a window at the start lies from the flat tensor's start. */
function offsets(cells: readonly (readonly number[])[], pads: readonly number[], flat: readonly number[]): Int32Array {
  const found = cells.map((cell) => cell.reduce((sum, at, i) => sum + (at - (pads[i] ?? 0)) * (flat[i] ?? 1), 0));
  return wholeNumbers(found.join(), () => found);
}
