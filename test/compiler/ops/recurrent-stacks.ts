import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import type { Attributes, Value } from "../../../compiler/ir/graph.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import { at, concat } from "../../../compiler/ops/vocabulary.ts";
import { onGrid, seededRandom } from "../seeded-random.ts";
import type { Numbers } from "./run-graph.ts";
import type { SampleGraph } from "./sample-graph.ts";

export interface RecurrentStack extends SampleGraph {
  readonly formula: string;
  readonly attributes: Attributes;
}

/** Two recurrent layers over 12 frames, in one direction and in both, as PyTorch's nn.LSTM and nn.GRU stack them. */
export function recurrentStacks(): readonly RecurrentStack[] {
  return [
    recurrentStack("lstm", 4, false),
    recurrentStack("lstm", 4, true),
    recurrentStack("gru", 3, false),
    recurrentStack("gru", 3, true),
  ];
}

const sizes = { batch: 3, time: 12, width: 4, hidden: 3, layers: 2 } as const;

function recurrentStack(op: "lstm" | "gru", gates: number, bothDirections: boolean): RecurrentStack {
  const g = new GraphBuilder(opRules);
  const formula = `${op}_stack`;
  const random = seededRandom(`${formula}/${bothDirections}`);
  const feeds = new Map<string, Numbers>();
  const input = (name: string, shape: readonly number[]): Value => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: count }, () => onGrid(2 * random() - 1));
    feeds.set(name, { dtype: "float32", shape, data });
    return g.input("parameter", name, { dtype: "float32", shape });
  };
  let x = input("x", [sizes.batch, sizes.time, sizes.width]);
  for (let layer = 0; layer < sizes.layers; layer++) {
    const below = x;
    const directions = bothDirections ? [false, true] : [false];
    const states = directions.map((reverse) => {
      const rows = gates * sizes.hidden;
      const weights = [
        // PyTorch's own names.
        input(parameterName("weight_ih", layer, reverse), [rows, Number(below.type.shape[2])]),
        input(parameterName("weight_hh", layer, reverse), [rows, sizes.hidden]),
        input(parameterName("bias_ih", layer, reverse), [rows]),
        input(parameterName("bias_hh", layer, reverse), [rows]),
      ];
      return at(g.apply(op, [below, ...weights], { reverse }), 0);
    });
    x = concat(g, states, 2);
  }
  return {
    formula,
    attributes: { layers: sizes.layers, hidden: sizes.hidden, bothDirections },
    graph: { name: bothDirections ? `${formula}_both_directions` : formula, outputs: [{ name: "out/y", value: x }] },
    feeds,
    trained: [...feeds.keys()],
  };
}

function parameterName(kind: string, layer: number, reverse: boolean): string {
  return `${kind}_l${layer}${reverse ? "_reverse" : ""}`;
}
