import type { Dim } from "../../../ir/dim.ts";
import { broadcastShapes } from "../../../ops/broadcasting.ts";
import type { Inferred, NodeReader } from "../node-reader.ts";
import { typeRules } from "../type-rules.ts";

type Rule = (node: NodeReader) => readonly (Inferred | undefined)[] | undefined;
type Shape = readonly Dim[];

const like: Rule = ({ inputs: [x] }) => (x === undefined ? undefined : [x]);

const pair: Rule = ({ inputs: [a, b] }) => {
  if (a === undefined || b === undefined) return undefined;
  const shape = broadcastShapes(a.type.shape, b.type.shape);
  return shape === undefined ? undefined : [{ type: { dtype: a.type.dtype, shape } }];
};

/** A picture [n, c, ..] of another size. */
const resized =
  (sizes: (node: NodeReader, own: Shape) => Shape | undefined): Rule =>
  (node) => {
    const x = node.input(0);
    const own = x && sizes(node, x.type.shape.slice(2));
    if (x === undefined || own === undefined) return undefined;
    return [{ type: { dtype: x.type.dtype, shape: [...x.type.shape.slice(0, 2), ...own] } }];
  };

const toOne = resized((_, own) => own.map(() => 1));

const pooled = resized((node, own) => {
  const kernel = node.ints("kernel_shape") ?? [];
  const strides = node.ints("strides") ?? kernel.map(() => 1);
  const pads = node.ints("pads") ?? kernel.flatMap(() => [0, 0]);
  const round = node.int("ceil_mode") === 1 ? Math.ceil : Math.floor;
  return own.map((size, i) => {
    const rest = Number(size) + (pads[i] ?? 0) + (pads[i + kernel.length] ?? 0) - (kernel[i] ?? 1);
    return round(rest / (strides[i] ?? 1)) + 1;
  });
});

const reduced: Rule = (node) => {
  const x = node.input(0);
  const axes = node.ints("axes") ?? node.numbers(1);
  if (x === undefined || axes === undefined || axes.length === 0) return undefined;
  const { shape, dtype } = x.type;
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  const one: Shape = (node.int("keepdims") ?? 1) === 1 ? [1] : [];
  return [{ type: { dtype, shape: shape.flatMap((dim, i) => (gone.has(i) ? one : [dim])) } }];
};

const flat: Rule = (node) => {
  const x = node.input(0);
  if (x === undefined) return undefined;
  const axis = node.int("axis") ?? 1;
  const count = (dims: Shape) => dims.reduce<number>((all, dim) => all * Number(dim), 1);
  const shape = [count(x.type.shape.slice(0, axis)), count(x.type.shape.slice(axis))];
  return [{ type: { dtype: x.type.dtype, shape } }];
};

const rulesOf = (rule: Rule, names: string) => Object.fromEntries(names.split(" ").map((name) => [name, rule]));

/** What nodes of other makers give, beside those that are written here: what convolutional networks and transformers are made of. */
export const foreignTypes: Readonly<Record<string, Rule>> = {
  ...typeRules,
  ...rulesOf(like, "BatchNormalization Clip Dropout Elu Erf Exp Gelu HardSigmoid HardSwish InstanceNormalization"),
  ...rulesOf(like, "LayerNormalization LeakyRelu Mish Neg PRelu Relu Sigmoid Softmax Softplus Sqrt Tanh"),
  ...rulesOf(pair, "Div Max Min Pow"),
  ...rulesOf(reduced, "ReduceMax ReduceMean ReduceMin ReduceSum"),
  ...rulesOf(toOne, "GlobalAveragePool GlobalMaxPool"),
  ...rulesOf(pooled, "AveragePool MaxPool"),
  Flatten: flat,
};
