import { join } from "node:path";
import { torchText } from "../../../compiler/emit/torch/package.ts";
import type { ForwardPass } from "../../../compiler/lower/plan.ts";
import { writeSafetensors } from "../../checkpoints/safetensors.ts";
import { writeAtomically } from "../../checkpoints/write-atomically.ts";
import { shippedPython, workerFile } from "./shipped-python.ts";

export interface PackagedStage {
  readonly label: string;
  readonly parameters: readonly { readonly path: string; readonly shape: readonly number[] }[];
  readonly forward: ForwardPass;
}

/** Writes a stage as a small Python package into a folder, for the engine with what each rank runs; gives the bytes of its files. */
export function writePackage(
  folder: string,
  { label, parameters, forward }: PackagedStage,
  forEngine: boolean = false,
): number {
  const { text, constants } = torchText({
    ...forward,
    label,
    parameters: new Map(parameters.map(({ path, shape }) => [path, shape])),
  });
  const files = new Map([...shippedPython(), ["model.py", text], ["requirements.txt", requirements]]);
  let bytes = 0;
  if (!forEngine) files.delete(workerFile);
  for (const [name, content] of files) {
    const encoded = new TextEncoder().encode(content);
    writeAtomically(join(folder, name), [encoded]);
    bytes += encoded.length;
  }
  const tensors = [...constants].map(([name, { type, data }]) => {
    const { dtype } = type;
    return [name, { dtype, shape: type.shape.map(Number), data }] as const;
  });
  if (tensors.length > 0) writeSafetensors(join(folder, "constants.safetensors"), new Map(tensors), {});
  return tensors.reduce((sum, [, { data }]) => sum + data.byteLength, bytes);
}

const requirements = "torch>=2.6\nsafetensors\nnumpy\n";
