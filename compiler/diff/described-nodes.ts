import { printAttributes, printType } from "../ir/builder.ts";
import { digestOf } from "../ir/digest.ts";
import { type Dim, printDim, printShape, symbolsOf } from "../ir/dim.ts";
import type { Attribute, Node, Value } from "../ir/graph.ts";

/** An application of an op, apart from what flows into it. */
export interface DescribedNode {
  /** What it does: `dropout{rate: 0.3}`, `multiply(0.5)`; empty for what only arranges. Axes count from the first that is no row. */
  readonly what: string;
  /** All sizes that it makes. */
  readonly sizes: string;
  /** The shape of what it makes. */
  readonly shape: string;
  /** Types of the inputs of the graph that it takes. */
  readonly fed: string;
  /** Which of the stage's random streams it draws from. */
  readonly stream: string;
}

/** Attributes that are sizes of tensors. */
const sizeKeys: ReadonlySet<string> = new Set(["shape", "size", "sizes", "depth"]);
const axisKeys: ReadonlySet<string> = new Set(["axis", "axes", "order"]);
/** Ops that do nothing but say how the same numbers are arranged: a clip has more of them. */
const arranging: ReadonlySet<string> = new Set(["reshape", "broadcast"]);

export function describeNode({ op, inputs, attributes, outputs }: Node): DescribedNode {
  const rows = rowAxes(inputs[0]?.type.shape ?? []);
  const kept: Record<string, Attribute> = {};
  const sizes = outputs.map(({ type }) => printType(type));
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "stream") continue;
    if (sizeKeys.has(key)) sizes.push(printAttributes({ [key]: value }));
    else kept[key] = axisKeys.has(key) ? inRow(value, rows) : value;
  }
  const constants = inputs.flatMap((input) => (input?.source.kind === "constant" ? [constantText(input)] : []));
  const given = constants.length === 0 ? "" : `(${constants.join(", ")})`;
  return {
    what: arranging.has(op) ? "" : `${op}${given}${printAttributes(kept)}`,
    sizes: sizes.join(" "),
    shape: printShape(outputs[0]?.type.shape ?? []),
    fed: inputs.flatMap((input) => (input?.source.kind === "input" ? [printType(input.type)] : [])).join(" "),
    stream: String(attributes["stream"] ?? ""),
  };
}

/** How many of a tensor's axes count rows: the batch, and of a clip the time. */
function rowAxes(shape: readonly Dim[]): number {
  const first = shape.findIndex((dim) => !symbolsOf(dim).some((name) => name === "batch" || name === "time"));
  return first < 0 ? shape.length : first;
}

/** Axes of a row, whether rows are frames or clips. */
function inRow(value: Attribute, rows: number): Attribute {
  if (typeof value === "number") return value - rows;
  if (typeof value !== "object") return value;
  return value.flatMap((axis) => (typeof axis === "number" && axis >= rows ? [axis - rows] : []));
}

const mostNumbers = 4;

function constantText({ type, source }: Value): string {
  if (source.kind !== "constant") return "";
  const numbers = Array.from({ length: Math.min(mostNumbers, source.data.length) }, (_, i) =>
    String(Number(Number(source.data[i]).toPrecision(7))),
  );
  if (source.data.length === 1) return numbers.join("");
  const rest = source.data.length > mostNumbers ? `, … #${digestOf(source.data).slice(0, 8)}` : "";
  return `[${type.shape.map(printDim).join(" × ")}: ${numbers.join(", ")}${rest}]`;
}
