import type { Parameter } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import type { Thing } from "./things.ts";

/** `name(a, b: c)`: arguments as a person writes them, by position as long as none is left out. */
export function labelOf(name: string, parameters: readonly Parameter[], bound: ReadonlyMap<string, Thing>): string {
  const args: string[] = [];
  let gap = false;
  for (const { name: parameter } of parameters) {
    const value = bound.get(parameter.text);
    if (value === undefined) gap = true;
    else args.push(gap ? `${parameter.text}: ${canonical(value)}` : canonical(value));
  }
  return parameters.length === 0 ? name : `${name}(${args.join(", ")})`;
}
