import type { GraphBuilder } from "../ir/builder.ts";
import type { Value } from "../ir/graph.ts";
import { inputsInEvaluation, madeOfFrames } from "./in-evaluation.ts";
import type { StageBuild } from "./model-build.ts";
import type { Session } from "./session.ts";

/**
 * Warns of a head that a random draw decides in evaluation too: what is meant for training stands inside `training` (language rule 28).
 * One that nothing else decides says nothing of a face.
 */
export function checkRandomHeads(session: Session, { model, stage }: StageBuild): void {
  for (const [task, { logits, span }] of model.heads) {
    if (!drawn(logits.wire, model.g)) continue;
    const related = [{ span: stage.span, text: `in ${stage.label}` }];
    if (!madeOfFrames(logits.wire)) {
      const what = {
        what: `the head \`${task}\``,
        expected: "made of what a frame has",
        actual: "of random draws alone",
      };
      session.reporter.report("wrong-type", span, what, { related });
      continue;
    }
    session.reporter.report(
      "random-in-evaluation",
      span,
      { task },
      {
        help: "write training(noisy, x): the first while training, the second in evaluation",
        related,
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
    if (value.source.node.op === "random_uniform") return true;
    stack.push(...inputsInEvaluation(value.source.node));
  }
  for (const value of seen) fixed.add(value);
  return false;
}
