/** What onnxruntime writes of one node's run. */
export interface NodeEvent {
  readonly node: string;
  readonly op: string;
  readonly microseconds: number;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

interface Event {
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Each node's fastest run in a profile, the first runs apart: what else the machine does only adds to a time. */
export function fastestEvents(profile: string, skipped: number): readonly NodeEvent[] {
  const fastest = new Map<string, NodeEvent>();
  for (const event of nodeEvents(profile, skipped)) {
    if (event.microseconds < (fastest.get(event.node)?.microseconds ?? Infinity)) fastest.set(event.node, event);
  }
  return [...fastest.values()];
}

function nodeEvents(profile: string, skipped: number): readonly NodeEvent[] {
  const events: readonly Event[] = JSON.parse(profile);
  const runs = events.filter(({ name }) => name === "model_run").sort((a, b) => a.ts - b.ts);
  const from = runs[skipped]?.ts ?? 0;
  return events.flatMap(({ name, ts, dur, args }) =>
    name.endsWith("_kernel_time") && ts >= from
      ? [
          {
            node: name.slice(0, -"_kernel_time".length),
            op: String(args["op_name"]),
            microseconds: dur,
            inputs: shapesOf(args["input_type_shape"]),
            outputs: shapesOf(args["output_type_shape"]),
          },
        ]
      : [],
  );
}

/** Such as `[{"float":[640,512]}]`. */
function shapesOf(given: unknown): readonly (readonly number[])[] {
  if (!Array.isArray(given)) return [];
  return given.map((each: Readonly<Record<string, readonly number[]>>) => Object.values(each)[0] ?? []);
}

const products = new Set(["MatMul", "FusedMatMul", "Gemm", "FusedGemm"]);
const convolutions = new Set(["Conv", "FusedConv"]);

/** Floating-point operations of a product or a convolution, a product and a sum each counting one; 0 for all else. */
export function flopsOf({ op, inputs: [a = [], b = []], outputs: [y = []] }: NodeEvent): number {
  const size = y.reduce((product, dim) => product * dim, 1);
  if (products.has(op)) {
    // A's last two axes are M and K, or K and M where it is transposed.
    const rows = y.at(-2);
    return 2 * size * ((a.at(-2) === rows ? a.at(-1) : a.at(-2)) ?? 1);
  }
  // Each output sums over its kernel, [out, in / groups, ...].
  if (convolutions.has(op)) return 2 * size * b.slice(1).reduce((product, dim) => product * dim, 1);
  return 0;
}
