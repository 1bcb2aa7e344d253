/** Convolutions on TensorFlow.js, whose one kernel walks over [n, h, w, c]: our layouts are turned before and after it. */
import type { Walk } from "./convolution.ts";
import { depthwise, depthwiseOverBatch, isDepthwise } from "./depthwise-tfjs.ts";
import type { TfjsKit, TfjsTensor } from "./tfjs-kit.ts";

/** A walk over two axes, with kernels [height, width, in, out]. */
export interface PlaneWalk {
  readonly strides: readonly number[];
  /** Before and after each axis. */
  readonly pads: readonly (readonly [number, number])[];
  readonly dilations: readonly number[];
}

/** y [n, out, ..] of x [n, c, ..] and a weight [out, c / groups, ..], over one or two axes. */
export function convolve<T extends TfjsTensor>(k: TfjsKit<T>, x: T, weight: T, walk: Walk): T {
  const plane = planeWalk(walk);
  const [out = 1, into = 1] = weight.shape;
  if (isDepthwise(plane, into, walk.groups)) {
    const filter = turn(k, asPlane(k, weight), [2, 3, 0, 1]);
    const [height = 1, width = 1] = filter.shape;
    const each = k.reshape(filter, [height, width, walk.groups, out / walk.groups]);
    const y = depthwise(k, turn(k, asPlane(k, x), [0, 2, 3, 1]), each, plane);
    return fromPlane(k, turn(k, y, [0, 3, 1, 2]), walk);
  }
  const inputs = pieces(k, turn(k, asPlane(k, x), [0, 2, 3, 1]), 3, walk.groups);
  const kernels = pieces(k, turn(k, asPlane(k, weight), [2, 3, 1, 0]), 3, walk.groups);
  const results = inputs.flatMap((input, i) => {
    const kernel = kernels[i];
    return kernel === undefined ? [] : [run(k, input, kernel, plane)];
  });
  return fromPlane(k, turn(k, k.concat(results, 3), [0, 3, 1, 2]), walk);
}

/** dx [n, c, sizes..]: dy with the zeros that the strides left out, convolved with the kernel turned round. */
export function convolveBack<T extends TfjsTensor>(
  k: TfjsKit<T>,
  dy: T,
  weight: T,
  walk: Walk,
  sizes: readonly number[],
): T {
  const { strides, pads, dilations } = planeWalk(walk);
  const kernel = turn(k, k.kernel("Reverse", { x: asPlane(k, weight) }, { dims: [2, 3] }), [2, 3, 0, 1]);
  const spread = withZeros(k, turn(k, asPlane(k, dy), [0, 2, 3, 1]), strides);
  const wanted = sizes.length === 1 ? [1, ...sizes] : sizes;
  const edges = [0, 1].map((axis): readonly [number, number] => {
    const reach = (dilations[axis] ?? 1) * ((kernel.shape[axis] ?? 1) - 1);
    const before = reach - (pads[axis]?.[0] ?? 0);
    return [before, (wanted[axis] ?? 1) + reach - (spread.shape[axis + 1] ?? 1) - before];
  });
  // A negative edge is cut off.
  const cut = edges.map(([before, after]) => [Math.max(0, -before), Math.max(0, -after)] as const);
  const inner = k.kernel(
    "Slice",
    { x: spread },
    {
      begin: [0, cut[0]?.[0] ?? 0, cut[1]?.[0] ?? 0, 0],
      size: spread.shape.map((size, i) => size - (cut[i - 1]?.[0] ?? 0) - (cut[i - 1]?.[1] ?? 0)),
    },
  );
  const plane: PlaneWalk = {
    strides: [1, 1],
    pads: edges.map(([before, after]) => [Math.max(0, before), Math.max(0, after)]),
    dilations,
  };
  const [out = 1, into = 1] = weight.shape;
  if (out === walk.groups && isDepthwise(plane, into, walk.groups))
    return fromPlane(k, turn(k, depthwise(k, inner, kernel, plane), [0, 3, 1, 2]), walk);
  const inputs = pieces(k, inner, 3, walk.groups);
  const kernels = pieces(k, kernel, 2, walk.groups);
  const results = inputs.flatMap((input, i) => {
    const own = kernels[i];
    return own === undefined ? [] : [run(k, input, own, plane)];
  });
  return fromPlane(k, turn(k, k.concat(results, 3), [0, 3, 1, 2]), walk);
}

/** dw [out, c / groups, sizes..]: x convolved with dy, the batch in the place of the channels, stride and dilation exchanged. */
export function convolveOverBatch<T extends TfjsTensor>(
  k: TfjsKit<T>,
  x: T,
  dy: T,
  walk: Walk,
  sizes: readonly number[],
): T {
  const plane = planeWalk(walk);
  const { strides, pads, dilations } = plane;
  const [height = 1, width = 1] = sizes.length === 1 ? [1, ...sizes] : sizes;
  if (walk.groups > 1 && x.shape[1] === walk.groups && dy.shape[1] === walk.groups)
    return fromPlane(k, depthwiseOverBatch(k, asPlane(k, x), asPlane(k, dy), plane, [height, width]), walk);
  const inputs = pieces(k, turn(k, asPlane(k, x), [1, 2, 3, 0]), 0, walk.groups);
  const kernels = pieces(k, turn(k, asPlane(k, dy), [2, 3, 0, 1]), 3, walk.groups);
  const results = inputs.flatMap((input, i) => {
    const kernel = kernels[i];
    if (kernel === undefined) return [];
    const all = run(k, input, kernel, { strides: dilations, pads, dilations: strides });
    // Where the stride left input over, the kernel comes out too long.
    const size = [all.shape[0] ?? 1, height, width, all.shape[3] ?? 1];
    return [turn(k, k.kernel("Slice", { x: all }, { begin: [0, 0, 0, 0], size }), [3, 0, 1, 2])];
  });
  return fromPlane(k, k.concat(results, 0), walk);
}

function run<T extends TfjsTensor>(k: TfjsKit<T>, x: T, filter: T, { strides, pads, dilations }: PlaneWalk): T {
  return k.kernel(
    "Conv2D",
    { x, filter },
    {
      strides,
      pad: [[0, 0], pads[0] ?? [0, 0], pads[1] ?? [0, 0], [0, 0]],
      dataFormat: "NHWC",
      dilations,
      dimRoundingMode: "floor",
    },
  );
}

/** A walk over one axis is one over two, of which the first has size 1. */
function planeWalk({ strides, pads, dilations }: Walk): PlaneWalk {
  const spatial = strides.length;
  const edges = strides.map((_, axis): readonly [number, number] => [pads[axis] ?? 0, pads[axis + spatial] ?? 0]);
  return spatial === 1
    ? { strides: [1, ...strides], pads: [[0, 0], ...edges], dilations: [1, ...dilations] }
    : { strides, pads: edges, dilations };
}

function asPlane<T extends TfjsTensor>(k: TfjsKit<T>, x: T): T {
  const [first = 1, second = 1, ...rest] = x.shape;
  return rest.length === 1 ? k.reshape(x, [first, second, 1, ...rest]) : x;
}

function fromPlane<T extends TfjsTensor>(k: TfjsKit<T>, x: T, { strides }: Walk): T {
  const [first = 1, second = 1, ...rest] = x.shape;
  return strides.length === 1 ? k.reshape(x, [first, second, ...rest.slice(1)]) : x;
}

function turn<T extends TfjsTensor>(k: TfjsKit<T>, x: T, perm: readonly number[]): T {
  return k.kernel("Transpose", { x }, { perm });
}

function pieces<T extends TfjsTensor>(k: TfjsKit<T>, x: T, axis: number, count: number): readonly T[] {
  if (count === 1) return [x];
  const size = (x.shape[axis] ?? 1) / count;
  return k.kernels("SplitV", { x }, { axis, numOrSizeSplits: Array.from({ length: count }, () => size) });
}

/** x [n, h, w, c] with stride - 1 zeros after each entry. */
function withZeros<T extends TfjsTensor>(k: TfjsKit<T>, x: T, [down = 1, right = 1]: readonly number[]): T {
  if (down === 1 && right === 1) return x;
  const [n = 1, h = 1, w = 1, c = 1] = x.shape;
  const none = [0, 0] as const;
  const padded = k.kernel(
    "PadV2",
    { x: k.reshape(x, [n, h, 1, w, 1, c]) },
    { paddings: [none, none, [0, down - 1], none, [0, right - 1], none], constantValue: 0 },
  );
  return k.reshape(padded, [n, h * down, w * right, c]);
}
