import type { Value } from "../ir/graph.ts";
import { opNamed } from "../ops/index.ts";
import type { StageBuild } from "./model-build.ts";
import type { Session } from "./session.ts";

/** Warns of a head that a random draw decides in evaluation too: what is meant for training stands inside `training` (language rule 28). */
export function warnRandomHeads(session: Session, { model, stage }: StageBuild): void {
  for (const [task, { logits, span }] of model.heads) {
    if (!drawn(logits.wire)) continue;
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

/** Whether a value depends on a random op as it is in evaluation. */
function drawn(from: Value): boolean {
  const seen = new Set<Value>();
  const stack = [from];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (seen.has(value) || value.source.kind !== "node") continue;
    seen.add(value);
    const { op, inputs } = value.source.node;
    if (op === "random_uniform") return true;
    // In evaluation dropout gives its first input, and this choice its second.
    const kept =
      op === "training_or_evaluation" ? [inputs[1]] : opNamed(op).evaluation === undefined ? inputs : [inputs[0]];
    for (const input of kept) if (input !== undefined) stack.push(input);
  }
  return false;
}
