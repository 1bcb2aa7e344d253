import { canonical } from "./canonical.ts";
import type { ModelBuild } from "./model-build.ts";
import { partsOf } from "./model-data.ts";
import type { ModelThing, StageThing, Thing } from "./things.ts";
import { videosKey } from "./video-classes.ts";

/**
 * What decides how a model is built: its arguments, the fields of its data, the videos where they are classes, the clip. Stages that agree in it share one graph.
 * Undefined where an argument holds a module, whose text says too little of what it is.
 */
export function modelKey(model: ModelThing, { data, clip }: Pick<ModelBuild, "data" | "clip">): string | undefined {
  if (![...model.bound.values()].every(isPlain)) return undefined;
  const fields = partsOf(data).map((part) => canonical(part.entries.get("fields") ?? { kind: "none" }));
  return [model.env.file.source.name, model.label, JSON.stringify(clip ?? null), ...fields, videosKey(data)].join("\n");
}

function isPlain(thing: Thing): boolean {
  switch (thing.kind) {
    case "bool":
    case "number":
    case "string":
    case "label":
    case "quantity":
    case "range":
    case "none":
    case "task":
    case "stage":
      return true;
    case "layer":
      return thing.encoder !== undefined;
    case "list":
      return thing.items.every(isPlain);
    case "map":
      return [...thing.entries.values()].every(isPlain);
    case "call":
      return [...thing.args.values()].every(isPlain);
    default:
      return false;
  }
}

/** The same model for another stage: one graph, records of its own, to which that stage's loss may add. */
export function modelFor(stage: StageThing, shared: ModelBuild, data: ModelBuild["data"]): ModelBuild {
  return {
    ...shared,
    stage,
    data,
    parameters: new Map(shared.parameters),
    states: new Map([...shared.states].map(([path, state]) => [path, { ...state }])),
    heads: new Map(shared.heads),
    fields: new Map(shared.fields),
    features: new Map(shared.features),
    networks: new Map(shared.networks),
    encoders: new Map(shared.encoders),
    borrowed: new Map(shared.borrowed),
    schedules: new Map(shared.schedules),
  };
}
