import type { Dim } from "../ir/dim.ts";
import { inputsOf, type Value } from "../ir/graph.ts";
import type { ModelBuild, NetworkBuild } from "./model-build.ts";
import type { PerFrame } from "./tensors/per-frame.ts";

/** A network as a layer asks for it: its outputs by the layer's names for them. */
export interface AskedNetwork {
  readonly file: string;
  readonly picture: Value;
  readonly frame: PerFrame;
  readonly weights: number | undefined;
  readonly outputs: readonly {
    readonly name: string;
    readonly output: string | undefined;
    readonly dims: readonly number[];
  }[];
}

/**
 * The outputs of a frozen network, each [batch, (time), ..dims]: they are inputs of the model's graph, whose numbers are made of the
 * pictures as they are and never change. A layer that is sent other pictures is another use of the file.
 */
export function addNetwork(
  build: ModelBuild,
  layer: string,
  { file, picture, frame, weights, outputs }: AskedNetwork,
): readonly Value[] {
  const { g, networks } = build;
  const lead = build.time === undefined ? [build.batch] : [build.batch, build.time];
  const path = freePath(networks, layer, picture);
  const known = networks.get(path);
  const made = outputs.map(({ name, output, dims }) => {
    const input = `${path}.${name}`;
    const shape: readonly Dim[] = [...lead, ...dims];
    return { input, output, dims, value: g.input("feature", input, { dtype: "float32", shape }) };
  });
  if (known === undefined) networks.set(path, { path, file, picture, frame, weights, outputs: made });
  return made.map(({ value }) => value);
}

function freePath(networks: ReadonlyMap<string, NetworkBuild>, layer: string, picture: Value): string {
  for (let i = 1; ; i += 1) {
    const path = i === 1 ? layer : `${layer}#${i}`;
    const known = networks.get(path);
    if (known === undefined || known.picture === picture) return path;
  }
}

/** Whether what is trained sees pictures: not where networks of ONNX files alone do, whose numbers are made before. */
export function showsPictures({ networks, heads }: ModelBuild): boolean {
  if (networks.size === 0 || heads.size === 0) return true;
  const outputs = [...heads].map(([name, { logits }]) => ({ name, value: logits.wire }));
  return inputsOf({ name: "heads", outputs }).some(
    ({ source, type }) => source.role === "field" && type.dtype === "uint8",
  );
}
