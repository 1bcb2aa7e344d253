import { locate } from "../../compiler/library/weight-names/index.ts";
import type { FileSource, ParameterPlan, StatePlan } from "../../compiler/lower/plan.ts";
import { WeightFileError } from "../checkpoints/safetensors.ts";
import { arranged, joined } from "./arrange.ts";
import { withWeights } from "./open-weights.ts";
import { resizedPositions } from "./resize-positions.ts";
import type { WeightFile } from "./weight-file.ts";

type FromFile = Pick<ParameterPlan, "path" | "shape"> & { readonly from: FileSource };

/** First values of the weights and statistics that start from files, by path. Throws a WeightFileError where a file lacks one, or has it otherwise. */
export function fileWeights(plans: readonly (ParameterPlan | StatePlan)[]): ReadonlyMap<string, Float32Array> {
  const byFile = new Map<string, FromFile[]>();
  for (const { path, shape, from } of plans) {
    if (from.kind !== "file") continue;
    const those = byFile.get(from.file) ?? [];
    those.push({ path, shape, from });
    byFile.set(from.file, those);
  }
  const values = new Map<string, Float32Array>();
  for (const [file, wanted] of byFile)
    withWeights(file, (open) => {
      for (const [path, data] of read(open, file, wanted)) values.set(path, data);
    });
  return values;
}

function* read(open: WeightFile, file: string, wanted: readonly FromFile[]): Generator<[string, Float32Array]> {
  const ways = wanted.map(({ path, from: { tensor, parts = [tensor], or = [] } }) => ({ path, ways: [parts, ...or] }));
  const { found, front, others } = locate(open.tensors.keys(), open.boxes, ways);
  if (others.length > 0)
    throw new WeightFileError(
      file,
      `the weights are behind ${[front, ...others].map((each) => `${each}*`).join(" and ")}`,
    );
  for (const { path, shape, from } of wanted) {
    const names = found.get(path);
    if (names === undefined)
      throw new WeightFileError(file, `it has no tensor ${from.tensor}, from which ${path} starts`);
    const whole = joined(names.map((name) => ({ shape: open.tensors.get(name)?.shape ?? [], data: open.read(name) })));
    const count = shape.reduce((product, dim) => product * dim, 1);
    const data = from.resize === true ? resized(whole.data, shape, file, from.tensor) : arranged(whole, from.arrange);
    if (data.length !== count)
      throw new WeightFileError(
        file,
        `${from.tensor} is [${whole.shape.join(", ")}], ${path} is [${shape.join(", ")}]`,
      );
    yield [path, data];
  }
}

function resized(table: Float32Array, shape: readonly number[], file: string, tensor: string): Float32Array {
  const [rows = 1, width = 1] = shape.slice(-2);
  try {
    return resizedPositions(table, width, rows);
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
    throw new WeightFileError(file, `${tensor}: ${problem.message}`);
  }
}
