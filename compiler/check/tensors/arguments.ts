import type { Args, Use } from "../tensor-function.ts";
import type { ShapeThing } from "../things.ts";

/** Arguments have been converted to their types, so that reading one is only a matter of its kind. */
export function numberOf(args: Args, name: string, otherwise: number): number {
  const thing = args.get(name);
  return thing?.kind === "number" ? thing.value : otherwise;
}

export function optionalNumber(args: Args, name: string): number | undefined {
  const thing = args.get(name);
  return thing?.kind === "number" ? thing.value : undefined;
}

/** A size or a step, which has a least value. */
export function countOf(use: Use, args: Args, name: string, otherwise: number, least = 1): number {
  const value = numberOf(args, name, otherwise);
  if (value >= least) return value;
  return use.refuse("out-of-range", { what: `\`${name}\``, expected: `at least ${least}`, actual: value });
}

export function truthOf(args: Args, name: string, otherwise: boolean): boolean {
  const thing = args.get(name);
  return thing?.kind === "bool" ? thing.value : otherwise;
}

export function labelOf(args: Args, name: string): string | undefined {
  const thing = args.get(name);
  return thing?.kind === "label" ? thing.name : undefined;
}

/** One name or a list of them. */
export function labelsOf(args: Args, name: string): readonly string[] | undefined {
  const thing = args.get(name);
  if (thing?.kind === "label") return [thing.name];
  return thing?.kind === "list" ? thing.items.flatMap((item) => (item.kind === "label" ? [item.name] : [])) : undefined;
}

export function numbersOf(args: Args, name: string): readonly number[] {
  const thing = args.get(name);
  return thing?.kind === "list" ? thing.items.flatMap((item) => (item.kind === "number" ? [item.value] : [])) : [];
}

export function shapeOf(args: Args, name: string): ShapeThing | undefined {
  const thing = args.get(name);
  return thing?.kind === "shape" ? thing : undefined;
}
