import { float32, moduleOf, opcodes as o, unsigned, valueTypes } from "./encoder.ts";

/** The arguments of the kernel's `run`, in order, then its variables. */
const integers = ["side", "source", "stride", "target"] as const;
const floats = ["lastX", "lastY", "xx", "xy", "x0", "yx", "yy", "y0", "own", "grey", "constant"] as const;
const whole = ["row", "column", "at", "to"] as const;
const vectors = [
  ...["perColumn", "perRow", "origin", "last", "rowPlace", "place", "corner"],
  ...["owns", "greys", "constants", "pair", "first", "upper", "colour", "mixed"],
] as const;
const names: readonly string[] = [...integers, ...floats, ...whole, ...vectors];

/** Shares of red, green and blue in lightness (ITU-R BT.601). */
export const lightness = [0.299, 0.587, 0.114] as const;

const get = (name: string) => [...o.localGet, ...unsigned(names.indexOf(name))];
const set = (name: string) => [...o.localSet, ...unsigned(names.indexOf(name))];
const number = (value: number) => [...o.i32Const, value];
const unaligned = [0, 0];
const lanes = (values: readonly number[]) => [...o.constant, ...values.flatMap(float32)];
const reordered = (name: string, order: readonly number[]) => [
  ...[...get(name), ...get(name), ...o.shuffle],
  ...order.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
];

/** x in the first lane, y in the second. */
const both = (x: string, y: string) => [
  ...[...get(x), ...o.splat, ...get(y), ...o.splat, ...o.shuffle],
  ...[0, 1, 2, 3, 16, 17, 18, 19, 0, 1, 2, 3, 16, 17, 18, 19],
];

/** Floats up to 2²² as the nearest integers: beside 1.5 · 2²³, a float32 has no digits after the point, and its low bits are the number. */
const largeFloat = 1.5 * 2 ** 23;
const toNearest = [
  ...[...lanes([largeFloat, largeFloat, largeFloat, largeFloat]), ...o.add],
  ...[...lanes([largeFloat, largeFloat, largeFloat, largeFloat]), ...o.subtractIntegers],
];

/** Three of the pair's bytes, from `first` on, as floats. */
const pixelOfPair = (first: number) => [
  ...[...get("pair"), ...o.constant],
  ...[0, 1, 2].flatMap((byte) => [first + byte, 0xff, 0xff, 0xff]),
  ...[0xff, 0xff, 0xff, 0xff, ...o.swizzle, ...o.toFloats],
];

/** Between the pixel at the address on the stack and the one to its right. */
const betweenTwo = [
  ...[...o.load64, ...unaligned, ...set("pair"), ...pixelOfPair(0), ...set("first")],
  ...[...pixelOfPair(3), ...get("first"), ...o.subtract, ...reordered("place", [0, 0, 0, 0]), ...o.multiply],
  ...[...get("first"), ...o.add],
];

/** The body for 0 to side − 1. */
const loop = (variable: string, body: readonly number[]) => [
  ...[...number(0), ...set(variable), ...o.block, ...o.loop],
  ...[...get(variable), ...get("side"), ...o.i32GreaterOrEqual, ...o.branchIf, 1],
  ...body,
  ...[...get(variable), ...number(1), ...o.i32Add, ...set(variable)],
  ...[...o.branch, 0, ...o.end, ...o.end],
];
const times = (variable: string, step: string) => [
  ...[...get(variable), ...o.f32Convert, ...o.splat, ...get(step), ...o.multiply],
];

/** Lightness is a sum over lanes that is put into every lane. */
const mixed = [
  ...[...get("colour"), ...get("greys"), ...o.multiply, ...set("mixed")],
  ...[...get("mixed"), ...reordered("mixed", [1, 0, 3, 2]), ...o.add, ...set("mixed")],
  ...[...get("mixed"), ...reordered("mixed", [2, 3, 0, 1]), ...o.add],
  ...[...get("colour"), ...get("owns"), ...o.multiply, ...o.add, ...get("constants"), ...o.add],
  ...set("colour"),
];

const pixel = (mixing: readonly number[]) => [
  ...[...times("column", "perColumn"), ...get("rowPlace"), ...o.add],
  ...[...lanes([0, 0, 0, 0]), ...o.pseudoMaximum, ...get("last"), ...o.pseudoMinimum, ...set("place")],
  ...[...get("place"), ...o.floor, ...set("corner")],
  // What is left over the corner says how far between its pixels the place is.
  ...[...get("place"), ...get("corner"), ...o.subtract, ...set("place")],
  ...[...get("corner"), ...toNearest, ...set("corner")],
  ...[...get("corner"), ...o.lane, 1, ...get("stride"), ...o.i32Multiply],
  ...[...get("corner"), ...o.lane, 0, ...number(3), ...o.i32Multiply, ...o.i32Add],
  ...[...get("source"), ...o.i32Add, ...set("at")],
  ...[...get("at"), ...betweenTwo, ...set("upper")],
  ...[...get("at"), ...get("stride"), ...o.i32Add, ...betweenTwo],
  ...[...get("upper"), ...o.subtract, ...reordered("place", [1, 1, 1, 1]), ...o.multiply],
  ...[...get("upper"), ...o.add, ...set("colour")],
  ...mixing,
  ...[...get("colour"), ...toNearest, ...set("colour")],
  ...[...get("to"), ...get("colour"), ...get("colour"), ...o.toShorts, ...get("colour"), ...o.toBytes],
  ...[...o.store32, ...unaligned, 0],
  ...[...get("to"), ...number(3), ...o.i32Add, ...set("to")],
];

/**
 * A WebAssembly module that resamples a picture: `run(side, source, stride, target, lastX, lastY, xx, xy, x0, yx, yy, y0, own, grey,
 * constant)` over `env.memory`. For every place of a target of side × side it reads the source, in rows of `stride` bytes, both three
 * bytes a pixel, between pixels at x = xx column + xy row + x0 and y = yx column + yy row + y0, held within 0 and the last. A value v of a
 * pixel of lightness g becomes own v + grey g + constant where colours are mixed, rounded and held within bytes. One byte behind the target is written, and up to
 * a row and three pixels behind the source are read, which count for nothing.
 */
export function samplingKernel(colours: "mixed" | "kept"): Uint8Array<ArrayBuffer> {
  const code = [
    ...[...both("xx", "yx"), ...set("perColumn"), ...both("xy", "yy"), ...set("perRow")],
    ...[...both("x0", "y0"), ...set("origin"), ...both("lastX", "lastY"), ...set("last")],
    ...[...get("own"), ...o.splat, ...set("owns"), ...get("constant"), ...o.splat, ...set("constants")],
    ...[...lanes([...lightness, 0]), ...get("grey"), ...o.splat, ...o.multiply, ...set("greys")],
    ...[...get("target"), ...set("to")],
    ...loop("row", [
      ...[...times("row", "perRow"), ...get("origin"), ...o.add, ...set("rowPlace")],
      ...loop("column", pixel(colours === "mixed" ? mixed : [])),
    ]),
  ];
  return moduleOf(
    [...integers.map(() => valueTypes.i32), ...floats.map(() => valueTypes.f32)],
    [
      [whole.length, valueTypes.i32],
      [vectors.length, valueTypes.v128],
    ],
    code,
  );
}
