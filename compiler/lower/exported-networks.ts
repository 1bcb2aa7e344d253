import type { NetworkBuild } from "../check/model-build.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import { multiplyDims } from "../ir/dim.ts";
import type { GraphOutput, Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import * as v from "../ops/vocabulary.ts";
import type { ExportedNetwork } from "./plan-outputs.ts";

interface Known {
  readonly prefix: string;
  readonly file: string;
  readonly picture: Value;
  readonly outputs: Map<string, string | undefined>;
}

/** The networks of ONNX files in one export: stages that send the same pictures to the same file have it once. */
export class ExportedNetworks {
  readonly #g: GraphBuilder;
  readonly #known = new Map<string, Known>();

  constructor(g: GraphBuilder) {
    this.#g = g;
  }

  /** What a network says of pictures [batch, (time), c, h, w], each of its outputs under the name of its input in the model: [batch, (time), ..]. */
  output({ path, file, outputs }: NetworkBuild, input: string, pictures: Value): Value {
    const wanted = outputs.find((each) => each.input === input);
    invariant(wanted !== undefined, `the network ${path} has no ${input}`);
    const g = this.#g;
    const lead = pictures.type.shape.slice(0, -3);
    const count = lead.reduce((product, dim) => multiplyDims(product, dim), 1);
    const picture = v.reshape(g, pictures, [count, ...pictures.type.shape.slice(-3)]);
    const known = this.#of(path, file, picture);
    const name = `${known.prefix}.${wanted.output ?? "output"}`;
    known.outputs.set(name, wanted.output);
    const said = g.input("feature", name, { dtype: "float32", shape: [count, ...wanted.dims] });
    return v.reshape(g, said, [...lead, ...wanted.dims]);
  }

  get pictures(): readonly GraphOutput[] {
    return [...this.#known.values()].map(({ prefix, picture }) => ({ name: `${prefix}/picture`, value: picture }));
  }

  get all(): readonly ExportedNetwork[] {
    return [...this.#known.values()].map(({ prefix, file, outputs }) => ({
      prefix,
      file,
      picture: `${prefix}/picture`,
      outputs,
    }));
  }

  #of(path: string, file: string, picture: Value): Known {
    const key = `${picture.id} ${file}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const prefixes = new Set([...this.#known.values()].map(({ prefix }) => prefix));
    let prefix = path;
    for (let i = 2; prefixes.has(prefix); i += 1) prefix = `${path}_${i}`;
    const made = { prefix, file, picture, outputs: new Map<string, string | undefined>() };
    this.#known.set(key, made);
    return made;
  }
}
