/** What is known of some terms before a step. */
export interface Sight {
  /** Each term's loss; NaN where a balancer does not ask for it. */
  readonly losses: readonly number[];
  /** Inner products of the terms' gradients over the weights that they share, [terms, terms]; zeros where it does not ask for them. */
  readonly gram: readonly (readonly number[])[];
  /** The step's number, from 1, and the stage's seed. */
  readonly step: number;
  readonly seed: number;
}

/** What is known after it. */
export interface Aftermath {
  /** Losses of the step, before the weights changed. */
  readonly losses: readonly number[];
  /** Losses of the same batch after it; undefined where a balancer does not ask for them. */
  readonly again: readonly number[] | undefined;
  /** The stage's learning rate in the step. */
  readonly rate: number;
  /** Whether an epoch ends with the step. */
  readonly epochEnds: boolean;
}

/** What it remembers, by name, in numbers that JSON keeps to the bit. */
export type Memory = Readonly<Record<string, readonly number[]>>;

/** Weighs terms, or the gradients of terms, against each other. */
export interface Balancer {
  /** A factor for each term. */
  factors(sight: Sight): readonly number[];
  /** Learns from a step that was done. */
  learn(after: Aftermath): void;
  memory(): Memory;
  recall(memory: Memory): void;
}

/** A balancer that remembers nothing. */
export function forgetful(factors: (sight: Sight) => readonly number[]): Balancer {
  return { factors, learn: () => undefined, memory: () => ({}), recall: () => undefined };
}

export function ones(count: number): number[] {
  return Array.from({ length: count }, () => 1);
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

/** G x. */
export function times(gram: readonly (readonly number[])[], x: readonly number[]): number[] {
  return gram.map((row) => dot(row, x));
}

/** Whether there is no gradient at all: then every combination is none. */
export function isNothing(gram: readonly (readonly number[])[]): boolean {
  return !gram.some((row, i) => (row[i] ?? 0) > 0);
}
