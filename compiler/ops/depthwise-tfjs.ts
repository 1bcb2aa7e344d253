/** Convolutions of each channel alone on TensorFlow.js, which has a kernel for them: one call instead of one for each channel. */
import type { PlaneWalk } from "./convolution-tfjs.ts";
import type { TfjsKit, TfjsTensor } from "./tfjs-kit.ts";

/** Whether the kernel takes such a walk: it strides alike in both directions, and not over room between its entries. */
export function isDepthwise({ strides, dilations }: PlaneWalk, into: number, groups: number): boolean {
  const [down = 1, right = 1] = strides;
  return groups > 1 && into === 1 && down === right && (down === 1 || dilations.every((dilation) => dilation === 1));
}

/** y [n, h, w, c × multiple] of x [n, h, w, c] and a kernel [height, width, c, multiple]. */
export function depthwise<T extends TfjsTensor>(k: TfjsKit<T>, x: T, filter: T, walk: PlaneWalk): T {
  const { strides, pads, dilations } = walk;
  const none = [0, 0] as const;
  const padded = pads.every(([before, after]) => before === 0 && after === 0)
    ? x
    : k.kernel("PadV2", { x }, { paddings: [none, pads[0] ?? none, pads[1] ?? none, none], constantValue: 0 });
  const attributes = { strides, pad: "valid", dataFormat: "NHWC", dilations, dimRoundingMode: "floor" };
  return k.kernel("DepthwiseConv2dNative", { x: padded, filter }, attributes);
}

/** dw [c, 1, height, width] of x [n, c, h, w] and dy of as many channels: for each entry of the kernel what it meets, times dy, summed. */
export function depthwiseOverBatch<T extends TfjsTensor>(
  k: TfjsKit<T>,
  x: T,
  dy: T,
  { strides, pads, dilations }: PlaneWalk,
  [height, width]: readonly [number, number],
): T {
  const none = [0, 0] as const;
  const padded = k.kernel(
    "PadV2",
    { x },
    { paddings: [none, none, pads[0] ?? none, pads[1] ?? none], constantValue: 0 },
  );
  const [n = 1, c = 1, rows = 1, columns = 1] = dy.shape;
  const steps = [1, 1, strides[0] ?? 1, strides[1] ?? 1];
  const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  const entries = Array.from({ length: height * width }, (_, entry) => {
    const down = Math.floor(entry / width) * (dilations[0] ?? 1);
    const right = (entry % width) * (dilations[1] ?? 1);
    const begin = [0, 0, down, right];
    const end = [n, c, down + (rows - 1) * (steps[2] ?? 1) + 1, right + (columns - 1) * (steps[3] ?? 1) + 1];
    const met = k.kernel("StridedSlice", { x: padded }, { begin, end, strides: steps, ...masks });
    const products = k.kernel("Multiply", { a: k.reshape(met, dy.shape), b: dy });
    return k.reshape(k.kernel("Sum", { x: products }, { axis: [0, 2, 3], keepDims: false }), [c, 1]);
  });
  return k.reshape(k.concat(entries, 1), [c, 1, height, width]);
}
