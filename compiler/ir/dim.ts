/**
 * Sizes of axes: a number, or a polynomial with integer coefficients in symbols such as `batch` and `time`.
 * Two sizes are equal exactly when their canonical forms are.
 */
export type Dim = number | Polynomial;

/** A polynomial in canonical form: terms sorted by their symbols, no zero coefficient, never a plain constant. */
export interface Polynomial {
  readonly terms: readonly Term[];
}

interface Term {
  readonly coefficient: number;
  /** Sorted, with repetition for powers; empty for the constant term. */
  readonly symbols: readonly string[];
}

/** The size named by a symbol. */
export function symbol(name: string): Dim {
  return { terms: [{ coefficient: 1, symbols: [name] }] };
}

/** Whether a tensor's entries can be counted: every size is a whole number that a float has, and so is their product without symbols. */
export function isCountable(shape: readonly Dim[]): boolean {
  const counts = shape.map((dim) =>
    typeof dim === "number" ? dim : Math.max(...dim.terms.map(({ coefficient }) => Math.abs(coefficient))),
  );
  return Number.isSafeInteger(counts.reduce((product, count) => product * Math.max(1, count), 1));
}

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a + b;
  return canonical([...termsOf(a), ...termsOf(b)]);
}

export function subtractDims(a: Dim, b: Dim): Dim {
  return addDims(a, multiplyDims(b, -1));
}

export function multiplyDims(a: Dim, b: Dim): Dim {
  // Adding zero keeps the negative zero out.
  if (typeof a === "number" && typeof b === "number") return a * b + 0;
  const products: Term[] = [];
  for (const x of termsOf(a)) {
    for (const y of termsOf(b)) {
      products.push({ coefficient: x.coefficient * y.coefficient, symbols: [...x.symbols, ...y.symbols].sort() });
    }
  }
  return canonical(products);
}

/** The exact quotient a / b, or undefined when b does not divide a. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  if (typeof a === "number" && typeof b === "number") {
    return b !== 0 && Number.isInteger(a / b) ? a / b + 0 : undefined;
  }
  if (sameDim(a, b)) return 1;
  const divisor = termsOf(b);
  const only = divisor[0];
  if (divisor.length !== 1 || only === undefined || only.coefficient === 0) return undefined;
  const quotient: Term[] = [];
  for (const term of termsOf(a)) {
    const symbols = [...term.symbols];
    for (const name of only.symbols) {
      const at = symbols.indexOf(name);
      if (at < 0) return undefined;
      symbols.splice(at, 1);
    }
    const coefficient = term.coefficient / only.coefficient;
    if (!Number.isInteger(coefficient)) return undefined;
    quotient.push({ coefficient, symbols });
  }
  return canonical(quotient);
}

export function productOf(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>((product, dim) => multiplyDims(product, dim), 1);
}

export function sameDim(a: Dim, b: Dim): boolean {
  if (typeof a === "number" || typeof b === "number") return a === b;
  return a === b || printDim(a) === printDim(b);
}

export function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, i) => sameDim(dim, b[i] ?? -1));
}

/** The size after symbols found in `sizes` have been replaced. */
export function substituteDim(dim: Dim, sizes: ReadonlyMap<string, Dim>): Dim {
  if (typeof dim === "number") return dim;
  let sum: Dim = 0;
  for (const term of dim.terms) {
    const factors = term.symbols.map((name) => sizes.get(name) ?? symbol(name));
    sum = addDims(sum, multiplyDims(term.coefficient, productOf(factors)));
  }
  return sum;
}

/** All symbols of a size, each once. */
export function symbolsOf(dim: Dim): readonly string[] {
  return typeof dim === "number" ? [] : [...new Set(dim.terms.flatMap((term) => term.symbols))];
}

/** Canonical text, such as `batch`, `2*batch*time` or `time-1`. */
export function printDim(dim: Dim): string {
  if (typeof dim === "number") return String(dim);
  return dim.terms
    .map((term, i) => {
      const sign = term.coefficient < 0 ? "-" : i > 0 ? "+" : "";
      const size = Math.abs(term.coefficient);
      const factors = size === 1 && term.symbols.length > 0 ? term.symbols : [String(size), ...term.symbols];
      return sign + factors.join("*");
    })
    .join("");
}

export function printShape(shape: readonly Dim[]): string {
  return `[${shape.map(printDim).join(", ")}]`;
}

function termsOf(dim: Dim): readonly Term[] {
  if (typeof dim !== "number") return dim.terms;
  return dim === 0 ? [] : [{ coefficient: dim, symbols: [] }];
}

function canonical(terms: readonly Term[]): Dim {
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const key = term.symbols.join("*");
    const coefficient = (sums.get(key)?.coefficient ?? 0) + term.coefficient;
    sums.set(key, { coefficient, symbols: term.symbols });
  }
  const kept = [...sums.values()].filter((term) => term.coefficient !== 0);
  if (kept.every((term) => term.symbols.length === 0)) return kept[0]?.coefficient ?? 0;
  // Symbols before the constant, and in alphabetical order.
  kept.sort((x, y) => {
    if (x.symbols.length === 0) return 1;
    if (y.symbols.length === 0) return -1;
    return x.symbols.join("*") < y.symbols.join("*") ? -1 : 1;
  });
  return { terms: kept };
}
