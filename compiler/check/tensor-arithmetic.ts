import type { Span } from "../diagnostics/source.ts";
import { invariant } from "../ir/invariant.ts";
import type { BinaryOperator } from "../syntax/ast.ts";
import { type Body, namedPath } from "./body.ts";
import type { Env } from "./env.ts";
import { featureTensor } from "./features.ts";
import { constrained } from "./tensors/axes.ts";
import { combine, negate } from "./tensors/index.ts";
import type { TensorThing, Thing } from "./things.ts";
import { makeUse } from "./use.ts";

/** The thing as a tensor: another stage's tensor, a number or a list of numbers become constants of the graph. */
export function toTensor(thing: Thing, env: Env, span: Span): TensorThing | undefined {
  const { body } = env;
  if (thing.kind === "tensor") return thing;
  if (body === undefined) return undefined;
  if (thing.kind === "member") return featureTensor(thing, env, body, span);
  if (thing.kind === "number") {
    return { kind: "tensor", wire: body.build.g.scalar(thing.value), batched: false, axes: [] };
  }
  if (thing.kind !== "list" || thing.items.length === 0) return undefined;
  const numbers: number[] = [];
  for (const item of thing.items) {
    if (item.kind !== "number") return undefined;
    numbers.push(item.value);
  }
  const wire = body.build.g.constant("float32", [numbers.length], Float32Array.from(numbers));
  return { kind: "tensor", wire, batched: false, axes: ["k"] };
}

export function combineTensors(operator: BinaryOperator, a: TensorThing, b: TensorThing, env: Env, span: Span): Thing {
  const use = useHere(operator, env, span);
  return constrained(use, () => combine(use, operator, a, b));
}

export function negateTensor(x: TensorThing, env: Env, span: Span): Thing {
  return negate(useHere("-", env, span), x);
}

function useHere(name: string, env: Env, span: Span) {
  const body = bodyOf(env);
  return makeUse(name, namedPath(body, body.definition), env, body, span, undefined);
}

export function bodyOf(env: Env): Body {
  invariant(env.body !== undefined, "a tensor outside a body");
  return env.body;
}
