/** Quantiles that a draw of 16 bits picks from. */
const count = 1 << 16;
let known: Float64Array | undefined;

/** Φ⁻¹((i + ½) / 2¹⁶): an i drawn evenly picks a number of the normal distribution, to within 4.3 deviations. */
export function normalQuantiles(): Float64Array {
  known ??= Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count));
  return known;
}

const central = {
  above: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  below: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
} as const;
const tails = {
  above: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  below: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
} as const;

/**
 * Φ⁻¹(p) for e⁻²⁵ < p < 1 − e⁻²⁵, to 16 digits: quotients of polynomials (Wichura, algorithm AS 241, Applied Statistics 37, 1988).
 */
function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * quotient(central, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p)) - 1.6;
  return Math.sign(q) * quotient(tails, r);
}

function quotient(
  { above, below }: { readonly above: readonly number[]; readonly below: readonly number[] },
  r: number,
) {
  const at = (coefficients: readonly number[]) => coefficients.reduceRight((sum, each) => sum * r + each, 0);
  return at(above) / at(below);
}
