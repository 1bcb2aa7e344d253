import type { Attribute, Node, Value } from "../../ir/graph.ts";
import { named, option, tuple } from "../../ops/torch-text.ts";
import type { Call, Layer } from "./layers.ts";

/** How weights are called in a module, in the order of the op's inputs. */
const recurrent = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"] as const;

/**
 * The constructor of a layer that is a module of PyTorch, or of the `layers.py` that goes along: all its calls are one application of
 * that module's op to the layer's weights.
 */
export function plainModule(
  layer: Layer,
  calls: readonly Call[],
  parameters: ReadonlyMap<string, readonly number[]>,
): string | undefined {
  if (layer.children.size > 0) return undefined;
  const nodes = calls.map(onlyNode);
  const [first] = nodes;
  if (first === undefined) return undefined;
  const names = first.op === "lstm" || first.op === "gru" ? recurrent : ["weight", "bias"];
  const count = first.inputs.filter((value, i) => i > 0 && value !== undefined).length;
  const fits = nodes.every(
    (node) =>
      node?.op === first.op &&
      layer.own.size === count &&
      names.slice(0, count).every((name, i) => isWeight(node.inputs[i + 1], layer.own.get(name))),
  );
  const shape = parameters.get(layer.own.get(names[0] ?? "") ?? "");
  return fits && shape !== undefined ? constructorText(first, shape, count > 1) : undefined;
}

/** The node of a call that is one op, apart from a convolution's folding of the axes before its own. */
function onlyNode({ steps }: Call): Node | undefined {
  const nodes = steps.flatMap((step) => ("op" in step ? [step] : []));
  if (nodes.length < steps.length) return undefined;
  const [first, second, third] = nodes;
  if (nodes.length === 1) return first;
  const folds =
    nodes.length === 3 &&
    first?.op === "reshape" &&
    second?.op === "conv" &&
    third?.op === "reshape" &&
    second.inputs[0] === first.outputs[0] &&
    third.inputs[0] === second.outputs[0];
  return folds ? second : undefined;
}

function constructorText({ op, attributes }: Node, shape: readonly number[], bias: boolean): string | undefined {
  const [out = 1, into = 1] = shape;
  const unbiased = bias ? [] : [named("bias", "False")];
  switch (op) {
    case "linear":
      return `nn.Linear(${[into, out, ...unbiased].join(", ")})`;
    case "layer_norm":
      return bias
        ? `nn.LayerNorm(${[out, option("eps", Number(attributes["eps"]), 1e-5) ?? []].flat().join(", ")})`
        : undefined;
    case "conv":
      return convolution(attributes, shape, unbiased);
    case "lstm":
      return recurrentLayer("LSTM", into, out / 4, attributes["reverse"]);
    case "gru":
      return recurrentLayer("GRU", into, out / 3, attributes["reverse"]);
    default:
      return undefined;
  }
}

function recurrentLayer(name: string, into: number, hidden: number, reverse: Attribute | undefined): string {
  return `${name}(${[into, hidden, ...(reverse === true ? [named("reverse", "True")] : [])].join(", ")})`;
}

function convolution(
  attributes: Node["attributes"],
  [out = 1, into = 1, ...kernel]: readonly number[],
  unbiased: readonly string[],
): string | undefined {
  const numbers = (name: string) => {
    const value = attributes[name];
    return typeof value === "object" ? value.map(Number) : [];
  };
  const pads = numbers("pads");
  const before = pads.slice(0, kernel.length);
  if (kernel.length > 2 || before.some((pad, i) => pad !== pads[kernel.length + i])) return undefined;
  const groups = Number(attributes["groups"]);
  const option = (name: string, values: readonly number[], usual: number) =>
    values.every((value) => value === usual) ? [] : [named(name, oneOrAll(values))];
  const args = [
    into * groups,
    out,
    oneOrAll(kernel),
    ...option("stride", numbers("strides"), 1),
    ...option("padding", before, 0),
    ...option("dilation", numbers("dilations"), 1),
    ...(groups === 1 ? [] : [named("groups", groups)]),
    ...unbiased,
  ];
  return `Conv${kernel.length}d(${args.join(", ")})`;
}

function oneOrAll(values: readonly number[]): string {
  return values.every((value) => value === values[0]) ? String(values[0]) : tuple(values);
}

function isWeight(value: Value | undefined, path: string | undefined): boolean {
  return value?.source.kind === "input" && value.source.role === "parameter" && value.source.name === path;
}
