/**
 * Outputs that no gradient flows through, by design: what an op gives for its own gradient rule to read, running
 * statistics, which are followed and not trained, and ops that stand in gradients, which are not differentiated again.
 */
const silent: Readonly<Record<string, readonly string[]>> = {
  batch_norm: ["newMean", "newVariance"],
  layer_norm: ["mean", "inverse"],
  lstm: ["inputForget", "candidate", "output", "cell", "cellTanh"],
  gru: ["resetUpdate", "candidate", "recalled"],
  max_pool_gradient: ["dx"],
  conv_input_gradient: ["dx"],
  conv_weight_gradient: ["dw"],
};

/** Whether a cotangent may arrive at an output, named as in a sample's graph. */
export function carriesGradient(op: string, output: string): boolean {
  return !(silent[op] ?? []).includes(output.replace("out/", ""));
}
