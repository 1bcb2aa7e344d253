import { sizeOf, type TfjsKit, type TfjsTensor } from "../../../compiler/ops/tfjs-kit.ts";

/**
 * A product on the WebAssembly backend, which multiplies two whole matrices twelve times faster than transposed ones or several: so
 * those are transposed before, and several are multiplied one after another. The leading axes are the same, or b has none.
 */
export function wasmProduct<T extends TfjsTensor>(
  k: TfjsKit<T>,
  a: T,
  b: T,
  transposeA: boolean,
  transposeB: boolean,
): T {
  const left = transposeA ? turned(k, a) : a;
  const right = transposeB ? turned(k, b) : b;
  const leading = left.shape.slice(0, -2);
  const count = sizeOf(leading);
  const [rows = 1, inner = 1] = left.shape.slice(-2);
  const columns = right.shape.at(-1) ?? 1;
  // The same right side for all is one product of all rows.
  if (right.shape.length === 2)
    return k.reshape(plain(k, k.reshape(left, [count * rows, inner]), right), [...leading, rows, columns]);
  const lefts = pieces(k, k.reshape(left, [count, rows, inner]));
  const rights = pieces(k, k.reshape(right, [count, inner, columns]));
  const products = lefts.flatMap((each, i) => {
    const other = rights[i];
    return other === undefined ? [] : [plain(k, each, other)];
  });
  return k.reshape(k.concat(products, 0), [...leading, rows, columns]);
}

function plain<T extends TfjsTensor>(k: TfjsKit<T>, a: T, b: T): T {
  return k.kernel("BatchMatMul", { a, b }, { transposeA: false, transposeB: false });
}

/** The last two axes exchanged. */
function turned<T extends TfjsTensor>(k: TfjsKit<T>, x: T): T {
  const axes = x.shape.map((_, i) => i);
  return k.kernel("Transpose", { x }, { perm: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] });
}

function pieces<T extends TfjsTensor>(k: TfjsKit<T>, x: T): readonly T[] {
  const [count = 1] = x.shape;
  return k.kernels("SplitV", { x }, { axis: 0, numOrSizeSplits: Array.from({ length: count }, () => 1) });
}
