import { NetworkRefusal } from "./network-refusal.ts";
import { operators } from "./operators.generated.ts";
import type { Signature } from "./signature.ts";

/** Versions of ONNX's own operators, of a file and of what it is brought into. */
export interface Versions {
  readonly from: number;
  readonly to: number;
}

/** Operators whose versions take the same and mean something else. */
const differs: ReadonlySet<string> = new Set(["DFT", "GridSample", "GroupNormalization", "Scan"]);

/** Those that `replacedNode` may put others in place of. */
const replaceable: ReadonlySet<string> = new Set(["Dropout", "Softmax", "LogSoftmax", "Hardmax", "Upsample", "Resize"]);

/** Why an operator cannot be brought to another version, whatever a node says further; undefined where some nodes can be. */
export function withoutEqual(name: string, between: Versions): NetworkRefusal | undefined {
  const before = signatureAt(name, between.from);
  const after = signatureAt(name, between.to);
  if (before === after) return undefined;
  if (after === undefined || "gone" in after)
    return replaceable.has(name) ? undefined : refusal(name, between, `the opset ${between.to} has none`);
  return before === undefined || "gone" in before || differs.has(name) ? refusal(name, between) : undefined;
}

export function signatureAt(name: string, opset: number): Signature | undefined {
  return operators[name]?.findLast(({ since }) => since <= opset);
}

/** Says that an operator has no equal, and what to do about it. */
export function refusal(name: string, { from, to }: Versions, reason?: string): NetworkRefusal {
  const why = reason === undefined ? "" : ` (${reason})`;
  const repair = to < from && from <= 21 ? `write opset: ${from}` : `export the network with the opset ${to}`;
  return new NetworkRefusal(
    `\`${name}\` of the opset ${from} has no equal in the opset ${to} of the model${why}`,
    repair,
  );
}
