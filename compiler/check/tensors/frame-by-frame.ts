import { type Dim, sameDim } from "../../ir/dim.ts";
import { type Node, nodesReaching, type Value } from "../../ir/graph.ts";

/**
 * Whether a value is made of pictures alone, each frame by itself and the same in training and evaluation: then it can be made before
 * the training, one frame after the other. `lead` is how many axes stand before a frame's own.
 */
export function isFrameByFrame(value: Value, lead: number): boolean {
  return isPictureOrConstant(value) && nodesReaching([value]).every((node) => keepsFrames(node, lead));
}

function isPictureOrConstant({ source, type }: Value): boolean {
  return source.kind !== "input" || (source.role === "field" && type.dtype === "uint8");
}

function isConstant({ type }: Value): boolean {
  return type.shape.every((dim) => typeof dim === "number");
}

function keepsFrames({ op, inputs, attributes, outputs }: Node, lead: number): boolean {
  const given = inputs.filter((value) => value !== undefined);
  if (!given.every(isPictureOrConstant)) return false;
  // The batch is a symbol wherever there is a frame.
  if (given.every(isConstant)) return true;
  if (elementwise.has(op)) return true;
  const { axis, axes, order } = attributes;
  if (alongAxis.has(op)) return typeof axis === "number" && axis >= lead;
  if (op.startsWith("reduce_")) return Array.isArray(axes) && axes.every((each) => Number(each) >= lead);
  const leads = ({ type }: Value): readonly Dim[] => type.shape.slice(0, lead);
  if (op === "transpose") return Array.isArray(order) && order.slice(0, lead).every((each, i) => each === i);
  if (op === "matmul") return given.some((value) => isConstant(value) && value.type.shape.length === 2);
  if (op === "reshape" || op === "broadcast") {
    const [from] = given;
    const [to] = outputs;
    if (from === undefined || to === undefined) return false;
    return leads(to).every((dim, i) => sameDim(dim, from.type.shape[i] ?? 0));
  }
  return false;
}

const elementwise: ReadonlySet<string> = new Set([
  "absolute",
  "add",
  "cast",
  "divide",
  "exp",
  "floor",
  "leaky_relu",
  "log",
  "maximum",
  "minimum",
  "multiply",
  "negate",
  "power",
  "relu",
  "sigmoid",
  "square_root",
  "subtract",
  "tanh",
]);

const alongAxis: ReadonlySet<string> = new Set(["concat", "pad", "slice", "softmax", "split"]);
