import { forced } from "../../check/forced.ts";
import { library } from "../../check/library-calls.ts";
import { listFunctions, numberFunctions } from "../../check/number-functions.ts";
import { tensorFunctions } from "../../check/tensors/index.ts";
import type { Family } from "../../check/things.ts";
import type { Params } from "../../check/type.ts";

/** A function of the language in one of its uses: `log` is one of numbers, one of tensors and one of ranges that are searched. */
export interface FunctionUse {
  readonly doc: string;
  /** Names of the tensors it takes; undefined of what takes none, `many` of any number. */
  readonly inputs: readonly string[] | "many" | undefined;
  readonly params: Params;
  /** What kind of value it gives, where that is no tensor and no number. */
  readonly family: Family | undefined;
  readonly variadic: boolean;
}

const uses = new Map<string, readonly FunctionUse[]>();

/** Everything that a name of the library does. */
export function functionUses(name: string): readonly FunctionUse[] {
  const known = uses.get(name);
  if (known !== undefined) return known;
  const found: FunctionUse[] = [];
  const call = Object.hasOwn(library, name) ? library[name] : undefined;
  if (call !== undefined) {
    const { doc, params, family, variadic } = call;
    found.push({ doc, params, family, variadic: variadic === true, inputs: undefined });
  }
  const tensor = Object.hasOwn(tensorFunctions, name) ? tensorFunctions[name] : undefined;
  if (tensor !== undefined) {
    const { doc, params, inputs } = tensor;
    found.push({ doc, params, inputs, family: undefined, variadic: false });
  }
  const doc =
    listFunctions.get(name) ?? (Object.hasOwn(numberFunctions, name) ? numberFunctions[name]?.doc : undefined);
  if (doc !== undefined) found.push({ doc, params: {}, inputs: undefined, family: undefined, variadic: true });
  if (name === "forced") found.push({ ...forced, inputs: undefined, family: undefined, variadic: false });
  uses.set(name, found);
  return found;
}

export const functionNames: readonly string[] = [
  ...new Set([
    ...Object.keys(tensorFunctions),
    ...Object.keys(library),
    ...Object.keys(numberFunctions),
    ...listFunctions.keys(),
    "forced",
  ]),
].toSorted();

const known: ReadonlySet<string> = new Set(functionNames);

export function isFunction(name: string): boolean {
  return known.has(name);
}
