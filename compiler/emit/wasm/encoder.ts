/** The few pieces of the WebAssembly binary format that kernels need (https://webassembly.github.io/spec/core/binary/). */

export const valueTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

export const opcodes = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  branch: [0x0c],
  branchIf: [0x0d],
  localGet: [0x20],
  localSet: [0x21],
  localTee: [0x22],
  i32Const: [0x41],
  f32Const: [0x43],
  i32Add: [0x6a],
  i32Multiply: [0x6c],
  i32GreaterOrEqual: [0x4f],
  f32Convert: [0xb2],
  load: [0xfd, 0x00],
  load32: [0xfd, 0x5c],
  load64: [0xfd, 0x5d],
  store: [0xfd, 0x0b],
  store32: [0xfd, 0x5a],
  constant: [0xfd, 0x0c],
  shuffle: [0xfd, 0x0d],
  swizzle: [0xfd, 0x0e],
  splat: [0xfd, 0x13],
  lane: [0xfd, 0x1b],
  addIntegers: [0xfd, 0xae, 0x01],
  subtractIntegers: [0xfd, 0xb1, 0x01],
  toFloats: [0xfd, 0xfa, 0x01],
  toShorts: [0xfd, 0x85, 0x01],
  toBytes: [0xfd, 0x66],
  floor: [0xfd, 0x68],
  absolute: [0xfd, 0xe0, 0x01],
  negate: [0xfd, 0xe1, 0x01],
  squareRoot: [0xfd, 0xe3, 0x01],
  add: [0xfd, 0xe4, 0x01],
  subtract: [0xfd, 0xe5, 0x01],
  multiply: [0xfd, 0xe6, 0x01],
  divide: [0xfd, 0xe7, 0x01],
  minimum: [0xfd, 0xe8, 0x01],
  maximum: [0xfd, 0xe9, 0x01],
  pseudoMinimum: [0xfd, 0xea, 0x01],
  pseudoMaximum: [0xfd, 0xeb, 0x01],
} as const;

/** An unsigned number in LEB128. */
export function unsigned(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

export function float32(value: number): readonly number[] {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

function text(value: string): readonly number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...unsigned(content.length), ...content];
}

/** A module of one exported function `run` over the imported memory `env.memory`. */
export function moduleOf(
  parameters: readonly number[],
  locals: readonly (readonly [count: number, type: number])[],
  code: readonly number[],
): Uint8Array<ArrayBuffer> {
  const declared = [...unsigned(locals.length), ...locals.flatMap(([count, type]) => [...unsigned(count), type])];
  const body = [...declared, ...code, ...opcodes.end];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, ...unsigned(parameters.length), ...parameters, 0]),
    ...section(2, [1, ...text("env"), ...text("memory"), 0x02, 0x00, ...unsigned(1)]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text("run"), 0x00, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}
