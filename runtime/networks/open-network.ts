import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import onnxProto from "onnx-proto";
import * as ort from "onnxruntime-node";
import type { NetworkUse } from "../../compiler/lower/plan-networks.ts";
import { DataError } from "../data/data-error.ts";
import type { Device } from "../engines/onnx/device.ts";
import { sessionOptions } from "../engines/onnx/session.ts";
import type { NetworkFile } from "./network-file.ts";

/** Pictures that it works on at once: a large network's numbers between its layers take some 10 MB for each. */
const picturesAtOnce = 32;

/** Pictures [n, c, h, w], one after the other. */
export interface Pictures {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A network that is open, for the outputs that are wanted of it. */
export class Network {
  readonly #session: ort.InferenceSession;
  readonly #use: NetworkUse;
  readonly #input: string;
  /** How many pictures it takes at a time, no more and no fewer; undefined where that is free. */
  readonly #batch: number | undefined;

  private constructor(session: ort.InferenceSession, use: NetworkUse, input: string, batch: number | undefined) {
    this.#session = session;
    this.#use = use;
    this.#input = input;
    this.#batch = batch;
  }

  /** Opens the file of a network. Throws a DataError where it cannot be run as the spec says. */
  static async open(use: NetworkUse, file: NetworkFile, device: Device): Promise<Network> {
    const { inputs, outputs } = file.header;
    const [input] = inputs;
    if (input === undefined || inputs.length > 1)
      throw new DataError(`it takes ${inputs.length} inputs, and one picture is sent to it`, { file: use.file });
    const given = new Set(outputs.map(({ name }) => name));
    const further = use.outputs.flatMap(({ output }) => (output === undefined || given.has(output) ? [] : [output]));
    const [batch] = input.shape ?? [];
    const session = await opened(use, file, further, device);
    return new Network(session, use, input.name, typeof batch === "number" && batch >= 1 ? batch : undefined);
  }

  /** Its outputs of pictures, by the graph inputs that stand for them, [n, ..shape]. */
  async run({ shape, data }: Pictures): Promise<ReadonlyMap<string, Float32Array>> {
    const [count = 0, ...own] = shape;
    const size = own.reduce((product, dim) => product * dim, 1);
    const results = new Map(
      this.#use.outputs.map(({ input, shape: dims }) => [
        input,
        new Float32Array(count * dims.reduce((product, dim) => product * dim, 1)),
      ]),
    );
    const step = this.#batch ?? picturesAtOnce;
    for (let from = 0; from < count; from += step) {
      const to = Math.min(count, from + step);
      const pictures = data.subarray(from * size, to * size);
      const found = await this.#some(pictures, [to - from, ...own]);
      for (const [input, values] of found) results.get(input)?.set(values, from * (values.length / (to - from)));
    }
    return results;
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  async #some(data: Float32Array, shape: readonly number[]): Promise<ReadonlyMap<string, Float32Array>> {
    const { file, outputs } = this.#use;
    const names = outputs.map(({ output }) => output ?? this.#session.outputNames[0] ?? "");
    const results = await this.#session
      .run({ [this.#input]: new ort.Tensor("float32", data, shape) }, names)
      .catch((problem: unknown) => {
        throw new DataError(`it does not run on pictures [${shape.join(", ")}]: ${textOf(problem)}`, { file });
      });
    return new Map(
      outputs.map(({ input, shape: dims }, i) => {
        const name = names[i] ?? "";
        const result = results[name];
        const expected = [shape[0] ?? 0, ...dims];
        if (!(result?.data instanceof Float32Array))
          throw new DataError(`its output ${JSON.stringify(name)} is of ${result?.type}, not of float32`, { file });
        if (result.dims.join() !== expected.join())
          throw new DataError(
            `its output ${JSON.stringify(name)} is [${result.dims.join(", ")}] for ${shape[0]} pictures, and the spec says [${dims.join(", ")}] for each`,
            { file },
          );
        return [input, result.data];
      }),
    );
  }
}

/** A tensor between nodes is made an output by adding its name to the file's: parts of a message that come twice are joined. */
async function opened(
  { file }: NetworkUse,
  { path, header }: NetworkFile,
  further: readonly string[],
  device: Device,
): Promise<ort.InferenceSession> {
  const options = sessionOptions(device, true);
  try {
    if (further.length === 0) return await ort.InferenceSession.create(path, options);
    const unknown = further.find((name) => !header.inner.has(name));
    if (unknown !== undefined) throw new Error(`it has no tensor ${JSON.stringify(unknown)}`);
    const output = further.map((name) => ({ name }));
    const added = onnxProto.onnx.ModelProto.encode({ graph: { output } }).finish();
    const model = Buffer.concat([readFileSync(path), added]);
    const session = { model_external_initializers_file_folder_path: dirname(path) };
    return await ort.InferenceSession.create(model, { ...options, extra: { session } });
  } catch (problem) {
    throw new DataError(`onnxruntime does not open it: ${textOf(problem)}`, { file });
  }
}

/** A sentence of onnxruntime, without the places in its own sources. */
function textOf(problem: unknown): string {
  const text = problem instanceof Error ? problem.message : String(problem);
  return text.split("\n")[0]?.slice(0, 500) ?? "";
}
