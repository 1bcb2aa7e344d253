const quote = 0x22;
const backslash = 0x5c;
const openers: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closers: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Whether lists and maps in the bytes of a JSON text stand in one another deeper than this: a parser takes minutes over millions of them. */
export function nestsDeeper(json: Uint8Array, deepest: number): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i] ?? 0;
    if (byte === quote) inText = !inText;
    else if (inText) i += byte === backslash ? 1 : 0;
    else if (openers.has(byte)) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (closers.has(byte)) depth -= 1;
  }
  return false;
}
