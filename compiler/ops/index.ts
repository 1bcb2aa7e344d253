import type { OpRules } from "../ir/builder.ts";
import { isCountable, printShape } from "../ir/dim.ts";
import { invariant } from "../ir/invariant.ts";
import { absolute } from "./absolute.ts";
import { adaptedLinear } from "./adapted-linear.ts";
import { add } from "./add.ts";
import { avgPool } from "./avg-pool.ts";
import { batchNorm } from "./batch-norm.ts";
import { batchNormFixed } from "./batch-norm-fixed.ts";
import { broadcast } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import { convInputGradient } from "./conv-input-gradient.ts";
import { convWeightGradient } from "./conv-weight-gradient.ts";
import { cosine } from "./cosine.ts";
import { cumulativeSum } from "./cumulative-sum.ts";
import { divide } from "./divide.ts";
import { dropout } from "./dropout.ts";
import { equal } from "./equal.ts";
import { errorFunction } from "./error-function.ts";
import { exp } from "./exp.ts";
import { floor } from "./floor.ts";
import { gatherRows } from "./gather-rows.ts";
import { gelu } from "./gelu.ts";
import { gemm } from "./gemm.ts";
import { greater } from "./greater.ts";
import { greaterOrEqual } from "./greater-or-equal.ts";
import { gru } from "./gru.ts";
import { gruGradient } from "./gru-gradient.ts";
import { layerNorm } from "./layer-norm.ts";
import { leakyRelu } from "./leaky-relu.ts";
import { less } from "./less.ts";
import { lessOrEqual } from "./less-or-equal.ts";
import { linear } from "./linear.ts";
import { log } from "./log.ts";
import { logSoftmax } from "./log-softmax.ts";
import { lstm } from "./lstm.ts";
import { lstmGradient } from "./lstm-gradient.ts";
import { matmul } from "./matmul.ts";
import { maxPool } from "./max-pool.ts";
import { maxPoolGradient } from "./max-pool-gradient.ts";
import { maximum } from "./maximum.ts";
import { minimum } from "./minimum.ts";
import { multiply } from "./multiply.ts";
import { negate } from "./negate.ts";
import { oneHot } from "./one-hot.ts";
import { ConstraintFailure, type Op } from "./op.ts";
import { packRows } from "./pack-rows.ts";
import { pad } from "./pad.ts";
import { power } from "./power.ts";
import { randomUniform } from "./random-uniform.ts";
import { reduceMax } from "./reduce-max.ts";
import { reduceMean } from "./reduce-mean.ts";
import { reduceMin } from "./reduce-min.ts";
import { reduceSum } from "./reduce-sum.ts";
import { relu } from "./relu.ts";
import { reshape } from "./reshape.ts";
import { reverseGradient } from "./reverse-gradient.ts";
import { scatterRows } from "./scatter-rows.ts";
import { sigmoid } from "./sigmoid.ts";
import { sine } from "./sine.ts";
import { slice } from "./slice.ts";
import { softmax } from "./softmax.ts";
import { softplus } from "./softplus.ts";
import { split } from "./split.ts";
import { squareRoot } from "./square-root.ts";
import { stopGradient } from "./stop-gradient.ts";
import { subtract } from "./subtract.ts";
import { tanh } from "./tanh.ts";
import { topK } from "./top-k.ts";
import { trainingOrEvaluation } from "./training-or-evaluation.ts";
import { transpose } from "./transpose.ts";
import { where } from "./where.ts";

/** All ops. An op is its file and its word here. */
export const allOps: readonly Op[] = [
  absolute,
  adaptedLinear,
  add,
  avgPool,
  batchNormFixed,
  batchNorm,
  broadcast,
  cast,
  concat,
  convInputGradient,
  convWeightGradient,
  conv,
  cosine,
  cumulativeSum,
  divide,
  dropout,
  equal,
  errorFunction,
  exp,
  floor,
  gatherRows,
  gelu,
  gemm,
  greaterOrEqual,
  greater,
  gruGradient,
  gru,
  layerNorm,
  leakyRelu,
  lessOrEqual,
  less,
  linear,
  logSoftmax,
  log,
  lstmGradient,
  lstm,
  matmul,
  maxPoolGradient,
  maxPool,
  maximum,
  minimum,
  multiply,
  negate,
  oneHot,
  packRows,
  pad,
  power,
  randomUniform,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  relu,
  reshape,
  reverseGradient,
  scatterRows,
  sigmoid,
  sine,
  slice,
  softmax,
  softplus,
  split,
  squareRoot,
  stopGradient,
  subtract,
  tanh,
  topK,
  trainingOrEvaluation,
  transpose,
  where,
];

const byName: ReadonlyMap<string, Op> = new Map(allOps.map((op) => [op.name, op]));

export function opNamed(name: string): Op {
  const op = byName.get(name);
  invariant(op !== undefined, `there is no op ${name}`);
  return op;
}

/** The shape rules, for the graph builder. */
export const opRules: OpRules = {
  infer(op, inputs, attributes) {
    const types = opNamed(op).infer(inputs, attributes);
    const huge = types.find(({ shape }) => !isCountable(shape));
    if (huge !== undefined)
      throw new ConstraintFailure(
        op,
        "size",
        "a result of at most 2^53 entries",
        `it would be ${printShape(huge.shape)}`,
      );
    return types;
  },
};
