import type { AssemblyNode } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import { labelOf } from "./label.ts";
import type { AssemblyThing, Thing } from "./things.ts";

/** An assembly with its arguments; its entries are evaluated when the plan is made. */
export function assemblyThing(declaration: AssemblyNode, env: Env, bound: ReadonlyMap<string, Thing>): AssemblyThing {
  return {
    kind: "assembly",
    declaration,
    env,
    bound,
    label: labelOf(declaration.name.text, declaration.parameters, bound),
  };
}
