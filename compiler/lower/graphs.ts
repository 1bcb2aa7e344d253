import { differentiate } from "../autodiff/differentiate.ts";
import { activated } from "../check/activation.ts";
import type { CheckedStage } from "../check/check-stage.ts";
import { textIn } from "../diagnostics/source.ts";
import { GraphBuilder } from "../ir/builder.ts";
import { type Dim, multiplyDims, symbol } from "../ir/dim.ts";
import { type Graph, type GraphOutput, type Node, nodesReaching, type Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { resizeAttributes, resizeLeaf, type Sizes } from "../ir/resize.ts";
import { type LeafRule, type NodeRule, rewriteGraph, rewriteValues, sameLeaf } from "../ir/rewrite.ts";
import { opNamed, opRules } from "../ops/index.ts";
import * as v from "../ops/vocabulary.ts";
import { cleaning, expandForGradient, forInference, runPasses } from "../passes/index.ts";
import { balanceGraph, weighed } from "./balanced.ts";
import type { ExportedNetworks } from "./exported-networks.ts";
import { judgementOf } from "./judgement.ts";
import type { Duration, ForwardPass, Held, StageGraphs } from "./plan.ts";

/** The graphs of a checked stage, each made when asked for. */
export function stageGraphs(checked: CheckedStage): StageGraphs {
  return {
    training: (size, held) => trainingGraph(checked, size, held),
    balance: (size, held) => balanceGraph(readyForGradients(checked, size, held), checked),
    evaluation: () => evaluationGraph(checked),
    feature: (name) => featureGraph(checked, name, forInference),
    sums: () => runPasses({ name: "sums", outputs: sumOutputs(checked) }, cleaning),
    picture: (network) => pictureGraph(checked, network, forInference),
    pictures: () =>
      evaluated(
        "pictures",
        [...checked.training.shown].map(([name, value]) => ({ name, value })),
        forInference,
      ),
    judgement: () => judgementOf(checked),
    forward: () => forwardPass(checked),
  };
}

/** Forward and backward at one size. Frozen layers are in evaluation mode, and nothing flows into their weights. */
function trainingGraph(checked: CheckedStage, size: Size, held?: Held): Graph {
  const ready = readyForGradients(checked, size, held);
  const { g, outputs, terms, wanted } = ready;
  const { loss, gradients } = weighed(ready, checked);
  const { parameters, groups } = checked.trained;
  const penalties = new Map(parameters.map(({ path, group }) => [path, groups[group ?? -1]?.l2 ?? 0]));
  const penalised = (gradient: Value, path: string, weight: Value): Value => {
    const l2 = penalties.get(path) ?? 0;
    return l2 === 0 ? gradient : v.add(g, gradient, v.scale(g, weight, 2 * l2));
  };
  const found = [...wanted].flatMap(([path, input]): GraphOutput[] => {
    const gradient = gradients.get(input);
    return gradient === undefined ? [] : [{ name: `gradient/${path}`, value: penalised(gradient, path, input) }];
  });
  // In the order in which they come to be: whoever works through the outputs in theirs lets go of each layer's values early.
  found.sort((a, b) => a.value.id - b.value.id);
  const total = loss ?? v.total(g, [...terms.values()]) ?? g.scalar(0);
  return runPasses({ name: "training", outputs: [{ name: "loss", value: total }, ...outputs, ...found] }, cleaning);
}

type Size = { readonly batch: number; readonly time: number | undefined };

/** A stage's loss and next statistics in a training step, at one size, made of what can be differentiated. */
export interface ReadyForGradients {
  readonly g: GraphBuilder;
  readonly outputs: readonly GraphOutput[];
  readonly terms: ReadonlyMap<string, Value>;
  /** The inputs of the weights that are trained, by path. */
  readonly wanted: ReadonlyMap<string, Value>;
  readonly gradientsOf: (loss: Value, of: readonly Value[]) => ReadonlyMap<Value, Value>;
}

export function readyForGradients(checked: CheckedStage, size: Size, held: Held = () => false): ReadyForGradients {
  const { loss, trained } = checked;
  const stands = (since: Duration | undefined) => since !== undefined && held(since);
  const frozen = (path: string) => trained.frozen(path) || stands(trained.since(path));
  const sizes = new Map<string, Dim>([["batch", size.batch]]);
  if (size.time !== undefined) sizes.set("time", size.time);
  const states = [...loss.computed.states].filter(([path]) => !frozen(path));
  const forward: Graph = {
    name: "training",
    outputs: [
      ...[...loss.computed.terms].map(([name, value]): GraphOutput => ({ name: `loss/${name}`, value })),
      ...states.map(([path, value]): GraphOutput => ({ name: `state/${path}`, value })),
    ],
  };
  const sized = runPasses(
    rewriteGraph(
      forward,
      new GraphBuilder(opRules),
      resize(sizes, (node) => frozen(node.at)),
      resizeLeaf(sizes),
    ),
    cleaning,
  );
  const g = new GraphBuilder(opRules);
  const { outputs } = rewriteGraph(expandForGradient(sized), g);
  const trainedNow = trained.parameters.filter(
    ({ group }) => group !== undefined && !stands(trained.groups[group]?.since),
  );
  return {
    g,
    outputs,
    terms: new Map(
      outputs.flatMap(({ name, value }) => (name.startsWith("loss/") ? [[name.slice("loss/".length), value]] : [])),
    ),
    wanted: new Map(
      trainedNow.map(({ path, shape }) => [path, g.input("parameter", path, { dtype: "float32", shape })]),
    ),
    gradientsOf: (value, of) => differentiate(g, value, of, (node) => trained.recomputed(node.at)),
  };
}

function sumOutputs({ loss }: CheckedStage): readonly GraphOutput[] {
  return [...loss.sums].map(([name, value]) => ({ name, value }));
}

/** Every head after its activation, in evaluation mode, for any batch and time. */
function evaluationGraph(checked: CheckedStage): Graph {
  return evaluated("inference", headOutputs(checked), forInference);
}

export function headOutputs(checked: CheckedStage): readonly GraphOutput[] {
  const { model } = checked.built;
  return [...model.heads.values()].map(({ task, logits }) => ({
    name: task.name,
    value: activated(model.g, task, logits.wire),
  }));
}

export function tensorNamed(checked: CheckedStage, name: string): Value {
  const { model, names } = checked.built;
  const head = model.heads.get(name);
  if (head !== undefined) return activated(model.g, head.task, head.logits.wire);
  const thing = names.get(name);
  invariant(thing?.kind === "tensor", `${name} is no tensor of ${checked.stage.label}`);
  return thing.wire;
}

/** What a frame goes through in evaluation: to the heads, or of a model without heads to its loss. */
export function forwardGraph(checked: CheckedStage): Graph {
  const heads = headOutputs(checked);
  const terms = [...checked.loss.terms].map(([name, value]): GraphOutput => ({ name: `loss/${name}`, value }));
  return evaluated("forward", heads.length > 0 ? heads : terms);
}

function forwardPass({ loss, trained, training, built: { model, names, stage } }: CheckedStage): ForwardPass {
  const recomputed = nodesReaching([...loss.computed.terms.values()]).map(({ at }) => trained.recomputed(at));
  return {
    recomputed: new Set(recomputed.filter((layer) => layer !== undefined)),
    model: /^\w+/.exec(textIn(stage.declaration.model.span))?.[0] ?? "model",
    // Views have heads of their own, which the terms read.
    heads: training.views.size > 0 ? [] : [...model.heads].map(([name, { logits }]) => ({ name, value: logits.wire })),
    terms: [...loss.computed.terms].map(([name, value]) => ({ name, value })),
    names: new Map([...names].flatMap(([name, thing]) => (thing.kind === "tensor" ? [[thing.wire, name]] : []))),
    states: new Map([...model.states].map(([path, { shape, start }]) => [path, { shape, start }])),
  };
}

export function featureGraph(checked: CheckedStage, name: string, finish?: Finish): Graph {
  return evaluated("features", [{ name, value: tensorNamed(checked, name) }], finish);
}

/** What is sent to the network at a path, of each frame by itself. */
export function pictureGraph(checked: CheckedStage, network: string, finish?: Finish): Graph {
  const known = checked.built.model.networks.get(network);
  invariant(known !== undefined, `${checked.stage.label} has no network ${network}`);
  return evaluated("picture", [{ name: "picture", value: known.frame.value }], finish);
}

type Finish = (graph: Graph) => Graph;

/** What is run is changed for speed; what is counted and shown is as it was said. */
function evaluated(
  name: string,
  outputs: readonly GraphOutput[],
  finish: Finish = (graph) => runPasses(graph, cleaning),
): Graph {
  return finish(
    rewriteGraph(
      { name, outputs },
      new GraphBuilder(opRules),
      resize(new Map(), () => true),
    ),
  );
}

/** Builds nodes again at other sizes; those chosen become what they are in evaluation. */
export function resize(sizes: Sizes, evaluate: (node: Node) => boolean): NodeRule {
  return (node, inputs, g) => {
    const attributes = resizeAttributes(node.attributes, sizes);
    const rule = evaluate(node) ? opNamed(node.op).evaluation : undefined;
    return rule === undefined ? g.apply(node.op, inputs, attributes) : rule(g, inputs, attributes);
  };
}

/**
 * A stage's outputs on images given as float32 [batch, (time), 3, height, width] in 0..1, inside a larger graph: its own producers
 * run inside too, and its weights are named `<its name>/<path>`.
 */
export function inlined(
  g: GraphBuilder,
  checked: CheckedStage,
  outputs: readonly Value[],
  surroundings: {
    readonly name: (stage: CheckedStage, checkpoint: string | undefined) => string;
    readonly image: (field: string, height: number, width: number) => Value;
    /** A stored field's numbers, of these sizes for each frame or, `once`, for each clip. */
    readonly stored: (field: string, sizes: readonly Dim[], once: boolean) => Value;
    /** The size of the axis time of the whole, if it has one; a stage without it then works on batch × time frames. */
    readonly time: Dim | undefined;
    readonly stage: (key: string) => CheckedStage;
    readonly networks: ExportedNetworks;
  },
  checkpoint?: string,
): readonly Value[] {
  const { model } = checked.built;
  const { time } = surroundings;
  const sizes = new Map<string, Dim>();
  const frames = time !== undefined && model.time === undefined ? multiplyDims(symbol("batch"), time) : undefined;
  if (frames !== undefined) sizes.set("batch", frames);
  else if (time !== undefined) sizes.set("time", time);
  const fold = (value: Value): Value => {
    if (frames === undefined) return value;
    const [, , ...rest] = value.type.shape;
    return v.reshape(g, value, [frames, ...rest]);
  };
  const fields = new Map<Node, Value>();
  for (const [name, { wire }] of model.fields) {
    // Stored numbers are an input as they are.
    if (wire.source.kind !== "node") continue;
    const [height = 1, width = 1] = wire.type.shape.slice(-2).map((dim) => (typeof dim === "number" ? dim : 1));
    fields.set(wire.source.node, fold(surroundings.image(name, height, width)));
  }
  const resizing = resize(sizes, () => true);
  const rule: NodeRule = (node, inputs, builder) => {
    const field = fields.get(node);
    return field === undefined ? resizing(node, inputs, builder) : [field];
  };
  const leaf: LeafRule = (value, builder) => {
    if (value.source.kind !== "input") return sameLeaf(value, builder);
    const { role, name } = value.source;
    const stored = model.fields.get(name.replace(/\.present$/, ""));
    if (role === "field" && stored?.wire.source.kind === "input") {
      const timed = stored.axes[0] === "time";
      const own = value.type.shape.slice(timed ? 2 : 1);
      return fold(surroundings.stored(name, own, model.time !== undefined && !timed));
    }
    // The bytes of a field, whose numbers are replaced where they have been made of them.
    if (role === "field")
      return builder.input(role, `${name} of ${surroundings.name(checked, checkpoint)}`, value.type);
    if (role === "feature") {
      const network = [...model.networks.values()].find(({ outputs: each }) =>
        each.some(({ input }) => input === name),
      );
      if (network !== undefined) {
        const said = surroundings.networks.output(
          network,
          name,
          (field) => {
            const [height, width] = model.fields.get(field)?.wire.type.shape.slice(-2).map(Number) ?? [];
            return surroundings.image(field, height ?? 1, width ?? 1);
          },
          model.fields,
        );
        return fold(said);
      }
      const feature = model.features.get(name);
      invariant(feature !== undefined, `the feature ${name} is unknown`);
      const producer = surroundings.stage(feature.producer.key);
      const [made] = inlined(g, producer, [tensorNamed(producer, feature.name)], surroundings, feature.checkpoint);
      invariant(made !== undefined, "a feature has one value");
      return fold(made);
    }
    if (role === "parameter" || role === "state")
      return builder.input(role, `${surroundings.name(checked, checkpoint)}/${name}`, value.type);
    return resizeLeaf(sizes)(value, builder);
  };
  const made = rewriteValues(outputs, g, rule, leaf);
  return outputs.map((output) => {
    const value = made.get(output);
    invariant(value !== undefined, "an output was lost");
    if (time === undefined || frames === undefined) return value;
    const [, ...rest] = value.type.shape;
    return v.reshape(g, value, [symbol("batch"), time, ...rest]);
  });
}
