import type { GraphBuilder } from "../ir/builder.ts";
import type { Value } from "../ir/graph.ts";
import { opNamed } from "../ops/index.ts";
import type { StageBuild } from "./model-build.ts";
import type { Session } from "./session.ts";

/** Warns of a head that a random draw decides in evaluation too: what is meant for training stands inside `training` (language rule 28). */
export function warnRandomHeads(session: Session, { model, stage }: StageBuild): void {
  for (const [task, { logits, span }] of model.heads) {
    if (!drawn(logits.wire, model.g)) continue;
    session.reporter.report(
      "random-in-evaluation",
      span,
      { task },
      {
        help: "write training(noisy, x): the first while training, the second in evaluation",
        related: [{ span: stage.span, text: `in ${stage.label}` }],
      },
    );
  }
}

/** Values that depend on no random op, by graph: stages that share a model share it too. */
const fixedValues = new WeakMap<GraphBuilder, Set<Value>>();

/** Whether a value depends on a random op as it is in evaluation. */
function drawn(from: Value, g: GraphBuilder): boolean {
  const fixed = fixedValues.get(g) ?? new Set();
  fixedValues.set(g, fixed);
  const seen = new Set<Value>();
  const stack = [from];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (fixed.has(value) || seen.has(value) || value.source.kind !== "node") continue;
    seen.add(value);
    const { op, inputs } = value.source.node;
    if (op === "random_uniform") return true;
    // In evaluation dropout gives its first input, and this choice its second.
    const kept =
      op === "training_or_evaluation" ? [inputs[1]] : opNamed(op).evaluation === undefined ? inputs : [inputs[0]];
    for (const input of kept) if (input !== undefined) stack.push(input);
  }
  for (const value of seen) fixed.add(value);
  return false;
}
