import { GraphBuilder } from "../../compiler/ir/builder.ts";
import type { Dim } from "../../compiler/ir/dim.ts";
import type { Graph, GraphOutput } from "../../compiler/ir/graph.ts";
import { resizeLeaf } from "../../compiler/ir/resize.ts";
import { rewriteGraph } from "../../compiler/ir/rewrite.ts";
import { resize, tensorNamed } from "../../compiler/lower/graphs.ts";
import { opRules } from "../../compiler/ops/index.ts";
import { analysed } from "../seeing/analysed.ts";

/** One encoder of the library, from pictures [batch, 3, side, side] as numbers to its features. */
export interface EncoderGraph {
  /** Outputs `features` and, in training mode, `state/PATH`; reads `picture` and weights by their paths. */
  readonly graph: (mode: "evaluation" | "training") => Graph;
  /** Shapes of weights and of running statistics, by path below the encoder. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
  readonly statistics: ReadonlyMap<string, readonly number[]>;
}

/** `files` are those of the library that `call` needs; `taken` is what of its result counts as features. */
export function encoderGraph(
  files: readonly string[],
  call: string,
  { side, batch }: { readonly side: number; readonly batch: number },
  taken = "x",
): EncoderGraph {
  const text = `use "std/aff2.abaw"
${files.map((file) => `use "std/${file}.abaw"`).join("\n")}
encoder net = ${call}
model m() (image) {
  x = image -> net
  features = ${taken}
  head au = features -> linear
}
stage s = train m() on aff2(${side}) { batch: ${batch}, duration: 1 epoch }`;
  const { checked } = analysed(text).stage("s");
  const { model } = checked.built;
  const field = model.fields.get("image")?.wire.source;
  const below = (path: string) => path.replace(/^net\./, "");
  const own = <T extends { readonly path: string; readonly shape: readonly number[] }>(all: ReadonlyMap<string, T>) =>
    new Map([...all.values()].flatMap(({ path, shape }) => (path.startsWith("net.") ? [[below(path), shape]] : [])));
  return {
    weights: own(model.parameters),
    statistics: own(model.states),
    graph(mode) {
      const states = mode === "evaluation" ? [] : [...model.states.values()];
      const outputs: GraphOutput[] = [
        { name: "features", value: tensorNamed(checked, "features") },
        ...states.flatMap(({ path, next }) =>
          next === undefined ? [] : [{ name: `state/${below(path)}`, value: next }],
        ),
      ];
      const sizes = new Map<string, Dim>([["batch", batch]]);
      // The reference draws nothing.
      const sized = resize(sizes, ({ op }) => mode === "evaluation" || op === "dropout");
      const shape = [batch, 3, side, side];
      return rewriteGraph(
        { name: mode, outputs },
        new GraphBuilder(opRules),
        (node, inputs, g) =>
          field?.kind === "node" && node === field.node
            ? [g.input("field", "picture", { dtype: "float32", shape })]
            : sized(node, inputs, g),
        resizeLeaf(sizes),
      );
    },
  };
}
