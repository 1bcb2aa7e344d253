import { tensorFunctions } from "./tensors/index.ts";
import type { Given, RecipeThing } from "./things.ts";

/** A recipe with one argument replaced, whether it was given by place or by name. */
export function withArgument(recipe: RecipeThing, name: string, given: Given): RecipeThing {
  const names =
    recipe.callee.kind === "module"
      ? recipe.callee.declaration.parameters.map((parameter) => parameter.name.text)
      : Object.keys(tensorFunctions[recipe.name]?.params ?? {});
  const i = names.indexOf(name);
  const { positional, named } = recipe.args;
  if (i >= 0 && i < positional.length)
    return { ...recipe, args: { named, positional: positional.map((each, k) => (k === i ? given : each)) } };
  return { ...recipe, args: { positional, named: new Map(named).set(name, given) } };
}
