import type { NetworkBuild } from "../check/model-build.ts";
import type { TensorThing } from "../check/things.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import { type Dim, multiplyDims } from "../ir/dim.ts";
import type { GraphOutput, Node, Value } from "../ir/graph.ts";
import { invariant } from "../ir/invariant.ts";
import { resizeAttributes } from "../ir/resize.ts";
import { type LeafRule, type NodeRule, rewriteValues, sameLeaf } from "../ir/rewrite.ts";
import * as v from "../ops/vocabulary.ts";
import { pictureDigest } from "./graph-text.ts";
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

  /**
   * What a network says of the pictures of a stage's fields, [batch, (time), ..dims]: an output under the name of its input in the stage's
   * graph. `pictureOf` gives a field's pictures, [batch, (time), 3, h, w].
   */
  output(
    { path, file, frame, outputs }: NetworkBuild,
    input: string,
    pictureOf: (field: string) => Value,
    fields: ReadonlyMap<string, TensorThing>,
  ): Value {
    const wanted = outputs.find((each) => each.input === input);
    invariant(wanted !== undefined, `the network ${path} has no ${input}`);
    const g = this.#g;
    let lead: readonly Dim[] = [];
    let count: Dim = 1;
    const given = new Map<Node, Value>();
    for (const [field, { wire }] of fields) {
      const place = frame.made.get(wire);
      if (place?.source.kind !== "node") continue;
      const pictures = pictureOf(field);
      lead = pictures.type.shape.slice(0, -3);
      count = lead.reduce((product, dim) => multiplyDims(product, dim), 1);
      given.set(place.source.node, v.reshape(g, pictures, [count, ...pictures.type.shape.slice(-3)]));
    }
    const sizes = new Map([["batch", count]]);
    const rule: NodeRule = (node, inputs, builder) => {
      const known = given.get(node);
      return known === undefined ? builder.apply(node.op, inputs, resizeAttributes(node.attributes, sizes)) : [known];
    };
    const leaf: LeafRule = (value, builder) =>
      value.source.kind === "input"
        ? builder.input("field", `${value.source.name} of ${path}`, value.type)
        : sameLeaf(value, builder);
    const picture = rewriteValues([frame.value], g, rule, leaf).get(frame.value);
    invariant(picture !== undefined, "a picture is made");
    const known = this.#of(path, `${file} ${pictureDigest(frame.value)}`, file, picture);
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

  #of(path: string, key: string, file: string, picture: Value): Known {
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
