import type { GraphBuilder } from "../ir/builder.ts";
import { type Node, nodesReaching, type Value } from "../ir/graph.ts";
import { rewriteValues } from "../ir/rewrite.ts";
import * as v from "../ops/vocabulary.ts";
import type { LossBuild } from "./build-loss.ts";

/**
 * A loss whose batch is computed in passes. A mean over labels, Σ w x / Σ w, is divided by the sum of the whole batch's weights over the
 * number of passes, an input: the mean of its passes is then the mean of the batch, however labels are spread among them. What is no mean,
 * such as a concordance, stays what it is in a pass.
 */
export function overWholeBatch(loss: LossBuild, g: GraphBuilder): LossBuild {
  const sums = new Map<string, Value>();
  const inputOf = (sum: Value): Value => {
    const known = [...sums].find(([, value]) => value === sum)?.[0];
    const name = known ?? `whole/${sums.size}`;
    sums.set(name, sum);
    return g.input("scalar", name, { dtype: "float32", shape: [] });
  };
  const made = rewriteValues([...loss.computed.terms.values()], g, (node, [numerator]) => {
    const sum = weightSum(node);
    if (sum === undefined || numerator === undefined) return undefined;
    const whole = inputOf(sum);
    const there = v.greater(g, whole, g.scalar(0));
    return [v.divide(g, numerator, v.where(g, there, whole, g.scalar(1)))];
  });
  const terms = new Map([...loss.computed.terms].map(([name, value]) => [name, made.get(value) ?? value]));
  return { ...loss, computed: { ...loss.computed, terms }, sums };
}

/** Of Σ (w > 0 ? .. : 0) / (Σ w > 0 ? Σ w : 1), as `weightedMean` makes it of given weights, their sum. */
function weightSum(node: Node): Value | undefined {
  if (node.op !== "divide") return undefined;
  const [numerator, denominator] = node.inputs;
  const counted = inputsOf(inputsOf(numerator, "reduce_sum")[0], "where");
  const [weights] = inputsOf(counted[0], "greater");
  const [, sum] = inputsOf(denominator, "where");
  const [summed] = inputsOf(sum, "reduce_sum");
  if (weights === undefined || summed !== weights || !isGiven(weights)) return undefined;
  return sum;
}

function inputsOf(value: Value | undefined, op: string): Node["inputs"] {
  return value?.source.kind === "node" && value.source.node.op === op ? value.source.node.inputs : [];
}

const given: ReadonlySet<string> = new Set(["label", "mask", "present", "fact"]);

/** Whether a value is made of what a batch brings apart from fields: it can be known before the passes. */
function isGiven(value: Value): boolean {
  const leaves = [value, ...nodesReaching([value]).flatMap(({ inputs }) => inputs)];
  return leaves.every((leaf) => leaf?.source.kind !== "input" || given.has(leaf.source.role));
}
