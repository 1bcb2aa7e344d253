import type { Dim } from "../ir/dim.ts";
import type { TensorType } from "../ir/graph.ts";

/** How tightly the outermost operator of a Python expression binds; calls, names and numbers bind tightest. */
export const binds = { choice: 0, comparison: 1, sum: 2, product: 3, sign: 4, power: 5, atom: 6 } as const;

/** A Python expression. */
export interface Python {
  readonly text: string;
  readonly binds: number;
}

/** An input of a rule: how it is written, and what it is. */
export interface PythonInput extends Python {
  readonly type: TensorType;
  /** Its number, if it is a scalar that is known. */
  readonly number: number | undefined;
}

/** What a rule may ask of the text around it. */
export interface TorchWriter {
  /** A size, such as `3` or `batch`. */
  size(dim: Dim): string;
  /** The number of a stream of random numbers. */
  stream(number: number): string;
  /** A reduction that takes the axis of the batch away goes over all ranks. */
  reduced(x: PythonInput, how: Reduction, axes: readonly number[], keep: boolean): Python;
}

export type Reduction = "sum" | "mean" | "amax" | "amin";

export function atom(text: string): Python {
  return { text, binds: binds.atom };
}

/** `name(a, b, ..)`; absent arguments are left out. */
export function call(name: string, ...args: readonly (Python | string | undefined)[]): Python {
  return atom(`${name}(${args.flatMap((arg) => (arg === undefined ? [] : [argument(arg)])).join(", ")})`);
}

/** `x.name(..)`. */
export function method(x: Python, name: string, ...args: readonly (Python | string)[]): Python {
  return atom(`${inside(x, binds.atom)}.${name}(${args.map(argument).join(", ")})`);
}

/** `x[..]`. */
export function indexed(x: Python, index: string): Python {
  return atom(`${inside(x, binds.atom)}[${index}]`);
}

/** `a operator b`, which associates to the left. */
export function infix(a: Python, operator: string, b: Python, level: number): Python {
  return { text: `${inside(a, level)} ${operator} ${inside(b, level + 1)}`, binds: level };
}

/** An expression as it stands under an operator that binds so tightly. */
export function inside({ text, binds: own }: Python, level: number): string {
  return own < level ? `(${text})` : text;
}

export function tuple(items: readonly (string | number)[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}

/** `key=value`. */
export function named(key: string, value: string | number): string {
  return `${key}=${value}`;
}

/** `key=value`, or nothing where the function would take that value anyway. */
export function option(key: string, value: number, usual: number): string | undefined {
  return value === usual ? undefined : named(key, value);
}

/** A number that float32 has, by its fewest digits, always as a float. */
export function pythonNumber(x: number): string {
  if (Number.isNaN(x)) return 'float("nan")';
  if (!Number.isFinite(x)) return x > 0 ? 'float("inf")' : 'float("-inf")';
  for (let digits = 1; digits <= 17; digits += 1) {
    const text = Number(x.toPrecision(digits));
    if (text === x || Math.fround(text) === x) return /[.e]/.test(String(text)) ? String(text) : `${text}.0`;
  }
  return String(x);
}

/** Names of the element types. */
export const torchTypes = {
  float32: "torch.float32",
  int32: "torch.int32",
  int64: "torch.int64",
  uint8: "torch.uint8",
  bool: "torch.bool",
} as const;

function argument(arg: Python | string): string {
  return typeof arg === "string" ? arg : arg.text;
}
