import { differentiate } from "../../compiler/autodiff/differentiate.ts";
import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Graph, InputRole } from "../../compiler/ir/graph.ts";
import { rewriteGraph } from "../../compiler/ir/rewrite.ts";
import { opRules } from "../../compiler/ops/index.ts";
import * as v from "../../compiler/ops/vocabulary.ts";
import { expandForGradient } from "../../compiler/passes/index.ts";
import type { Tensor, Tensors, TrainingProgram } from "../../runtime/engines/engine.ts";
import { onGrid, seededRandom } from "../compiler/seeded-random.ts";

const [rows, width] = [4, 3];

/** A training of three weights whose normalisation follows running statistics, and what each of its steps is fed. */
export function tinyTraining(): { readonly program: TrainingProgram; readonly feeds: Tensors } {
  const start = (name: string) => numbers(name, [width]).data;
  return {
    program: {
      graph: tinyGraph(),
      parameters: ["scale", "shift"].map((path) => ({ path, shape: [width], group: 0, start: start(path) })),
      states: new Map([
        ["mean", numbers("mean", [width])],
        ["variance", { dtype: "float32", shape: [width], data: new Float32Array(width).fill(1) }],
      ]),
      constants: new Map(),
      groups: 1,
      optimiser: { name: "adamw", settings: {} },
      maxGradientNorm: 1,
      ema: 0.9,
    },
    feeds: new Map([["x", numbers("x", [rows, width])]]),
  };
}

/** The loss Σ y² over the normalised, with its gradients and the statistics after the batch. */
function tinyGraph(): Graph {
  const g = new GraphBuilder(opRules);
  const input = (role: InputRole, name: string) => g.input(role, name, { dtype: "float32", shape: [width] });
  const x = g.input("field", "x", { dtype: "float32", shape: [rows, width] });
  const given = [
    input("parameter", "scale"),
    input("parameter", "shift"),
    input("state", "mean"),
    input("state", "variance"),
  ];
  const [y, mean, variance] = g.apply("batch_norm", [x, ...given], { axis: 1, eps: 1e-5, momentum: 0.1 });
  if (y === undefined || mean === undefined || variance === undefined)
    throw new Error("batch_norm gives three outputs");
  const forward = expandForGradient({
    name: "tiny",
    outputs: [
      { name: "loss", value: v.meanAll(g, v.square(g, v.shift(g, y, 0.5))) },
      { name: "state/mean", value: mean },
      { name: "state/variance", value: variance },
    ],
  });
  const both = new GraphBuilder(opRules);
  const { outputs } = rewriteGraph(forward, both);
  const [loss] = outputs;
  if (loss === undefined) throw new Error("no loss");
  const parameters = ["scale", "shift"].map((name) =>
    both.input("parameter", name, { dtype: "float32", shape: [width] }),
  );
  const gradients = differentiate(both, loss.value, parameters);
  return {
    name: "tiny",
    outputs: [
      ...outputs,
      ...parameters.flatMap((parameter) => {
        const value = gradients.get(parameter);
        return value === undefined || parameter.source.kind !== "input"
          ? []
          : [{ name: `gradient/${parameter.source.name}`, value }];
      }),
    ],
  };
}

function numbers(name: string, shape: readonly number[]): Tensor & { readonly data: Float32Array } {
  const random = seededRandom(name);
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: "float32", shape, data: Float32Array.from({ length: count }, () => onGrid(2 * random() - 1)) };
}
