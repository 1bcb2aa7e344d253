import { moduleOf, opcodes as o, valueTypes } from "./encoder.ts";

const [at, end, sums, total] = [0, 1, 2, 3];
const none = 0xff;

/**
 * A WebAssembly module that adds up the pixels of a picture: `run(start, end, sums)` over `env.memory` reads three bytes for each pixel
 * from `start` to `end`, and one byte more, and writes the sums of red, green and blue as int32 from `sums` on, and a fourth number that
 * counts for nothing.
 */
export function sumsKernel(): Uint8Array<ArrayBuffer> {
  const code = [
    ...[...o.block, ...o.loop],
    ...[...o.localGet, at, ...o.localGet, end, ...o.i32GreaterOrEqual, ...o.branchIf, 1],
    ...[...o.localGet, total, ...o.localGet, at, ...o.load32, 0, 0, ...o.constant],
    ...[...[0, 1, 2, 3].flatMap((byte) => [byte, none, none, none]), ...o.swizzle],
    ...[...o.addIntegers, ...o.localSet, total],
    ...[...o.localGet, at, ...o.i32Const, 3, ...o.i32Add, ...o.localSet, at],
    ...[...o.branch, 0, ...o.end, ...o.end],
    ...[...o.localGet, sums, ...o.localGet, total, ...o.store, 0, 0],
  ];
  return moduleOf([valueTypes.i32, valueTypes.i32, valueTypes.i32], [[1, valueTypes.v128]], code);
}
