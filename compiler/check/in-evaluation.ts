import type { Node, Value } from "../ir/graph.ts";
import { opNamed } from "../ops/index.ts";

/** What a node reads in evaluation: dropout gives its first input then, and the choice by mode its second. */
export function inputsInEvaluation({ op, inputs }: Node): readonly Value[] {
  const changes = opNamed(op).evaluation !== undefined;
  const read = op === "training_or_evaluation" ? [inputs[1]] : changes ? [inputs[0]] : inputs;
  return read.filter((input) => input !== undefined);
}

/** Whether, in evaluation, anything that each frame has for itself decides a value, more than its shape. */
export function madeOfFrames(of: Value): boolean {
  const seen = new Set<Value>();
  const stack = [of];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    const { source } = value;
    if (source.kind === "node") stack.push(...inputsInEvaluation(source.node));
    else if (source.kind === "input" && ["field", "feature", "present"].includes(source.role)) return true;
  }
  return false;
}
