import type { NumberType } from "./number-types.ts";

/** NumPy's codes for types, without their byte order. */
export const numpyTypes: ReadonlyMap<string, NumberType> = new Map([
  ["f2", "f16"],
  ["f4", "f32"],
  ["f8", "f64"],
  ["i1", "i8"],
  ["i2", "i16"],
  ["i4", "i32"],
  ["i8", "i64"],
  ["u1", "u8"],
  ["u2", "u16"],
  ["u4", "u32"],
  ["u8", "u64"],
  ["b1", "bool"],
]);
