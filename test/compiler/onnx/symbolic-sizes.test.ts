import { describe, expect, test } from "vitest";
import { differentiate } from "../../../compiler/autodiff/differentiate.ts";
import { GraphBuilder } from "../../../compiler/ir/builder.ts";
import { addDims, type Dim, multiplyDims, substituteDim, subtractDims, symbol } from "../../../compiler/ir/dim.ts";
import { type Graph, inputsOf, type Value } from "../../../compiler/ir/graph.ts";
import { opRules } from "../../../compiler/ops/index.ts";
import * as v from "../../../compiler/ops/vocabulary.ts";
import { tolerances } from "../../tolerances.ts";
import { largestDifference } from "../largest-difference.ts";
import { type Numbers, openGraph, runGraph } from "../ops/run-graph.ts";
import { onGrid, seededRandom } from "../seeded-random.ts";

/** Makes a value from x [batch, time, 6]. */
type Build = (g: GraphBuilder, x: Value, batch: Dim, time: Dim) => Value;

const width = 6;

const builds: Readonly<Record<string, Build>> = {
  "elementwise ops and a bias": (g, x) => v.relu(g, v.add(g, x, weight(g, "bias", [width]))),
  "a linear layer": (g, x) => v.linear(g, x, weight(g, "w", [4, width]), weight(g, "b", [4])),
  "a linear layer over frames put in one axis": (g, x, batch, time) =>
    v.linear(g, v.reshape(g, x, [multiplyDims(batch, time), width]), weight(g, "w", [4, width]), undefined),
  "frames put in one axis and back": (g, x, batch, time) =>
    v.reshape(g, v.reshape(g, x, [multiplyDims(batch, time), 2, 3]), [batch, time, width]),
  "heads of attention": (g, x, batch, time) => {
    const heads = v.transpose(g, v.reshape(g, x, [batch, time, 2, 3]), [0, 2, 1, 3]);
    const scores = v.matmul(g, heads, v.transpose(g, heads, [0, 1, 3, 2]));
    const read = v.matmul(g, v.softmax(g, v.scale(g, scores, 3 ** -0.5), 3), heads);
    return v.reshape(g, v.transpose(g, read, [0, 2, 1, 3]), [batch, time, width]);
  },
  "layer normalisation": (g, x) => v.layerNorm(g, x, weight(g, "w", [width]), weight(g, "b", [width]), 1e-5),
  "an LSTM": (g, x) => recurrent(g, "lstm", 4, x, false),
  "a GRU against the time": (g, x) => recurrent(g, "gru", 3, x, true),
  "a convolution over time": (g, x) =>
    v.at(
      g.apply("conv", [v.transpose(g, x, [0, 2, 1]), weight(g, "w", [5, width, 3])], {
        strides: [1],
        pads: [2, 0],
        dilations: [1],
        groups: 1,
      }),
      0,
    ),
  "batch normalisation in evaluation": (g, x) => {
    const vectors = ["weight", "bias", "mean"].map((name) => weight(g, name, [width]));
    const variance = v.shift(g, v.square(g, weight(g, "deviation", [width])), 1);
    return v.at(g.apply("batch_norm_fixed", [x, ...vectors, variance], { axis: 2, eps: 1e-5 }), 0);
  },
  "batch normalisation in training": (g, x) => {
    const vectors = ["weight", "bias", "mean", "deviation"].map((name) => weight(g, name, [width]));
    return v.at(g.apply("batch_norm", [x, ...vectors], { axis: 2, eps: 1e-5, momentum: 0.1 }), 0);
  },
  "the mean over time": (g, x) => v.reduceMean(g, x, [1]),
  "the gradient of a mean over all": (g, x) => gradient(g, v.reduceMean(g, v.square(g, x), [0, 1, 2]), x),
  "the gradient of a maximum over time": (g, x) => gradient(g, v.sumAll(g, v.reduceMax(g, x, [1])), x),
  "the last frame": (g, x, _, time) => v.slice(g, x, 1, subtractDims(time, 1), time),
  "all frames but the first, zeros before": (g, x, _, time) => v.pad(g, v.slice(g, x, 1, 1, time), 1, 1, 0),
  "the gradient of a slice": (g, x, _, time) => gradient(g, v.sumAll(g, v.square(g, v.slice(g, x, 1, 1, time))), x),
  "zeros added up to twice the time": (g, x, _, time) => v.pad(g, x, 1, 0, time),
  "frames after frames": (g, x) => v.concat(g, [x, v.negate(g, x)], 1),
  "the time cut in two": (g, x, _, time) => v.splitTwo(g, v.concat(g, [x, x], 1), 1, [time, time])[1],
  "the gradient of one part of a cut": (g, x, _, time) => {
    const second = v.splitTwo(g, x, 1, [1, subtractDims(time, 1)])[1];
    return gradient(g, v.sumAll(g, v.square(g, second)), x);
  },
  "one row for every frame": (g, x, batch, time) =>
    v.add(g, v.broadcast(g, weight(g, "token", [1, 1, width]), [batch, time, width]), x),
  "a token before the frames": (g, x, batch) =>
    v.concat(g, [v.broadcast(g, weight(g, "token", [1, 1, width]), [batch, 1, width]), x], 1),
  "the largest entries and where they are": (g, x) => {
    const [values, indices] = g.apply("top_k", [x], { k: 2 });
    return v.add(g, v.at([values!], 0), v.cast(g, indices!, "float32"));
  },
  "rows by their indices": (g, x) => v.gatherRows(g, x, firstFrames(g, x)),
  "the gradient of rows by their indices": (g, x) =>
    gradient(g, v.sumAll(g, v.square(g, v.gatherRows(g, x, firstFrames(g, x)))), x),
  "classes as ones among zeros": (g, x) => v.oneHot(g, firstFrames(g, x), width),
  "a symbolic sum of sizes": (g, x, batch, time) =>
    v.reshape(
      g,
      v.concat(
        g,
        [
          v.reshape(g, x, [multiplyDims(batch, time), width]),
          v.broadcast(g, weight(g, "row", [width]), [batch, width]),
        ],
        0,
      ),
      [multiplyDims(batch, addDims(time, 1)), 2, 3],
    ),
};

describe.each(Object.entries(builds))("%s", (_, build) => {
  test("gives with symbolic sizes what it gives with numbers", async () => {
    const symbolic = graphOf(build, symbol("batch"), symbol("time"));
    const open = await openGraph(symbolic);
    for (const [batch, time] of [
      [2, 5],
      [3, 2],
      [1, 9],
    ] as const) {
      const feeds = feedsOf(symbolic, batch, time);
      const [actual] = (await open.run(feeds)).values();
      const [expected] = (await runGraph(graphOf(build, batch, time), feeds)).values();
      expect(actual?.shape).toEqual(expected?.shape);
      expect(largestDifference(actual!.data, Array.from(expected!.data, Number))).toBeLessThan(
        tolerances.referenceValues,
      );
      const sizes = new Map<string, Dim>([
        ["batch", batch],
        ["time", time],
      ]);
      expect(symbolic.outputs[0]?.value.type.shape.map((dim) => substituteDim(dim, sizes))).toEqual(expected?.shape);
    }
    await open.close();
  });
});

function graphOf(build: Build, batch: Dim, time: Dim): Graph {
  const g = new GraphBuilder(opRules);
  const x = g.input("field", "x", { dtype: "float32", shape: [batch, time, width] });
  return { name: "symbolic", outputs: [{ name: "y", value: build(g, x, batch, time) }] };
}

function weight(g: GraphBuilder, name: string, shape: readonly number[]): Value {
  return g.input("parameter", name, { dtype: "float32", shape });
}

function recurrent(g: GraphBuilder, op: string, gates: number, x: Value, reverse: boolean): Value {
  const rows = gates * 3;
  const weights = [
    weight(g, "wi", [rows, width]),
    weight(g, "wh", [rows, 3]),
    weight(g, "bi", [rows]),
    weight(g, "bh", [rows]),
  ];
  return v.at(g.apply(op, [x, ...weights], { reverse }), 0);
}

function gradient(g: GraphBuilder, loss: Value, x: Value): Value {
  const given = differentiate(g, loss, [x]).get(x);
  if (given === undefined) throw new Error("no gradient flows");
  return given;
}

/** For each clip, the places of its two largest entries of the first feature, among the first two frames. */
function firstFrames(g: GraphBuilder, x: Value): Value {
  const feature = v.slice(g, v.slice(g, x, 1, 0, 2), 2, 0, 1);
  return v.at(g.apply("top_k", [v.reshape(g, feature, [x.type.shape[0] ?? 1, 2])], { k: 2 }), 1);
}

function feedsOf(graph: Graph, batch: number, time: number): ReadonlyMap<string, Numbers> {
  const sizes = new Map<string, Dim>([
    ["batch", batch],
    ["time", time],
  ]);
  return new Map(
    inputsOf(graph).map(({ source, type }) => {
      const shape = type.shape.map((dim) => Number(substituteDim(dim, sizes)));
      const random = seededRandom(`${source.name}/${shape}`);
      const count = shape.reduce((product, size) => product * size, 1);
      const data = Float32Array.from({ length: count }, () => onGrid(2 * random() - 1));
      return [source.name, { dtype: "float32", shape, data }];
    }),
  );
}
