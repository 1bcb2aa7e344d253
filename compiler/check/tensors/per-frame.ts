import { GraphBuilder } from "../../ir/builder.ts";
import { type Dim, sameDim } from "../../ir/dim.ts";
import { type Attribute, type Attributes, type Node, nodesReaching, type Value } from "../../ir/graph.ts";
import { opRules } from "../../ops/index.ts";

/** What is made of each frame by itself, [batch, ..], in a graph of its own. */
export interface PerFrame {
  readonly value: Value;
  /** What each value on the way to it is there. */
  readonly made: ReadonlyMap<Value, Value>;
}

/**
 * A value of pictures [batch, (time), ..] as what is made of each frame by itself: the same whether a stage has a clip. Undefined where it is
 * made of anything else than the frame's picture, such as weights, draws or other frames. `lead` is how many axes stand before a frame's own.
 */
export function perFrame(value: Value, lead: number): PerFrame | undefined {
  const g = new GraphBuilder(opRules);
  const made = new Map<Value, Value>();
  const known = (each: Value): Value | undefined => made.get(each) ?? leaf(each, lead, g);
  for (const node of nodesReaching([value])) {
    const inputs = node.inputs.map((each) => each && known(each));
    if (inputs.some((each, i) => each === undefined && node.inputs[i] !== undefined)) return undefined;
    const attributes = node.outputs.every(isFixed) ? node.attributes : withoutTime(node, lead);
    if (attributes === undefined) return undefined;
    const outputs = g.apply(node.op, inputs, attributes);
    for (const [i, before] of node.outputs.entries()) {
      const now = outputs[i];
      const rank = before.type.shape.length - (isFixed(before) ? 0 : lead - 1);
      if (now === undefined || now.type.shape.length !== rank) return undefined;
      made.set(before, now);
    }
  }
  const whole = known(value);
  return whole && { value: whole, made };
}

/** The batch is a symbol wherever there is a frame. */
function isFixed({ type }: Value): boolean {
  return type.shape.every((dim) => typeof dim === "number");
}

function leaf({ source, type }: Value, lead: number, g: GraphBuilder): Value | undefined {
  if (source.kind === "constant") return g.constant(type.dtype, type.shape.map(Number), source.data);
  if (source.kind === "node" || source.role !== "field" || type.dtype !== "uint8") return undefined;
  return g.input("field", source.name, { dtype: type.dtype, shape: frameShape(type.shape, lead) });
}

function frameShape([batch = 1, ...rest]: readonly Dim[], lead: number): readonly Dim[] {
  return [batch, ...rest.slice(lead - 1)];
}

/** What an op says of axes, said of those of a frame; undefined where it may mix frames. */
function withoutTime({ op, inputs, attributes, outputs }: Node, lead: number): Attributes | undefined {
  if (elementwise.has(op)) return attributes;
  const { axis, axes, order, shape } = attributes;
  const shifted = (each: number) => each - (lead - 1);
  if (alongAxis.has(op))
    return typeof axis === "number" && axis >= lead ? { ...attributes, axis: shifted(axis) } : undefined;
  if (op.startsWith("reduce_")) {
    const own = numbersIn(axes);
    return own.every((each) => each >= lead) ? { ...attributes, axes: own.map(shifted) } : undefined;
  }
  if (op === "transpose") {
    const own = numbersIn(order);
    if (!own.slice(0, lead).every((each, i) => each === i)) return undefined;
    return { ...attributes, order: [0, ...own.slice(lead).map(shifted)] };
  }
  // One side is a matrix that all frames have.
  if (op === "matmul")
    return inputs.some((each) => each !== undefined && isFixed(each) && each.type.shape.length === 2)
      ? attributes
      : undefined;
  const [from] = inputs;
  if ((op === "reshape" || op === "broadcast") && from !== undefined && Array.isArray(shape)) {
    const to = outputs[0]?.type.shape ?? [];
    const keeps = isFixed(from) || to.slice(0, lead).every((dim, i) => sameDim(dim, from.type.shape[i] ?? 0));
    return keeps ? { ...attributes, shape: frameShape(to, lead) } : undefined;
  }
  return undefined;
}

function numbersIn(attribute: Attribute | undefined): readonly number[] {
  return typeof attribute === "object" ? attribute.map(Number) : [];
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
