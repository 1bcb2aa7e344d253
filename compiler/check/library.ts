import type { Span } from "../diagnostics/source.ts";
import { library } from "./library-calls.ts";
import { numberFunctions } from "./number-functions.ts";
import { tensorFunctions } from "./tensors/index.ts";
import type { RecipeThing, Thing } from "./things.ts";

/** A library name without arguments. */
export function libraryThing(name: string, span: Span): Thing | undefined {
  return Object.hasOwn(tensorFunctions, name) ? libraryRecipe(name, span) : undefined;
}

export function libraryRecipe(name: string, span: Span): RecipeThing {
  return { kind: "recipe", name, callee: { kind: "library" }, args: { positional: [], named: new Map() }, span };
}

export function libraryNames(): readonly string[] {
  return [...Object.keys(tensorFunctions), ...Object.keys(library), ...Object.keys(numberFunctions)];
}
