/** Numbers that a script and a test both make instead of one storing them for the other: test/reference/make_transformers.py has the same. */

/** 32 bits for each of 0 .. count − 1: FNV-1a of the name plus i times 2³² / golden ratio, through MurmurHash3's finaliser. */
export function counted(name: string, count: number): Uint32Array {
  const seed = new TextEncoder().encode(name).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5);
  return Uint32Array.from({ length: count }, (_, i) => {
    let x = (seed + Math.imul(i, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  });
}

/** Numbers from −1 to 1. */
export function uniform(name: string, count: number): Float64Array {
  return Float64Array.from(counted(name, count), (bits) => bits / 2 ** 31 - 1);
}
