import { dirname } from "node:path";
import { nestsDeeper } from "../checkpoints/nesting.ts";
import { insideFolder } from "../data/inside-folder.ts";
import { HeaderError } from "../headers/file-window.ts";
import { jsonReader } from "../json/read-json.ts";
import type { OpenFile } from "./open-file.ts";
import type { WeightFile, WeightTensor } from "./weight-file.ts";

const mostBytes = 64 << 20;
const mostShards = 1000;
const deepest = 8;

interface Index {
  readonly weight_map: Readonly<Record<string, string>>;
}

const readIndex = jsonReader<Index>({
  type: "object",
  required: ["weight_map"],
  properties: { weight_map: { type: "object", additionalProperties: { type: "string", maxLength: 200 } } },
});

/** Weights in several files beside one another, by an index such as `model.safetensors.index.json` (Hugging Face). */
export function shardedWeights(path: string, file: OpenFile, open: (path: string) => WeightFile): WeightFile {
  if (file.size > mostBytes) throw new HeaderError(`an index of ${file.size} bytes; at most ${mostBytes} are read`);
  const bytes = file.bytes(0, file.size);
  file.close();
  if (nestsDeeper(bytes, deepest)) throw new HeaderError("it nests deeper than an index of weights");
  const { weight_map: map } = readIndex(bytes.toString("utf8"), "the index");
  const names = [...new Set(Object.values(map))].sort();
  if (names.length > mostShards)
    throw new HeaderError(`it names ${names.length} files; at most ${mostShards} are opened`);
  const shards = new Map<string, WeightFile>();
  const close = () => {
    for (const shard of shards.values()) shard.close();
  };
  try {
    for (const name of names) {
      const place = insideFolder(dirname(path), name);
      if (place === undefined) throw new HeaderError(`it names ${JSON.stringify(name)}, outside of its folder`);
      if (isIndex(name)) throw new HeaderError(`it names ${JSON.stringify(name)}, an index itself`);
      shards.set(name, open(place));
    }
    const tensors = new Map<string, WeightTensor>();
    for (const [name, shard] of Object.entries(map)) {
      const tensor = shards.get(shard)?.tensors.get(name);
      if (tensor === undefined)
        throw new HeaderError(`its ${JSON.stringify(shard)} has no ${JSON.stringify(name.slice(0, 100))}`);
      tensors.set(name, tensor);
    }
    return {
      kind: `${names.length} files of ${[...shards.values()][0]?.kind ?? "weights"}`,
      tensors,
      boxes: [],
      others: [],
      classes: [...new Set([...shards.values()].flatMap(({ classes }) => classes))],
      read: (name) => {
        const shard = Object.hasOwn(map, name) ? shards.get(map[name] ?? "") : undefined;
        if (shard === undefined) throw new HeaderError(`it has no tensor ${name}`);
        return shard.read(name);
      },
      close,
    };
  } catch (problem) {
    close();
    throw problem;
  }
}

/** Whether a file is an index of others, by its name. */
export function isIndex(name: string): boolean {
  return name.endsWith(".index.json");
}
