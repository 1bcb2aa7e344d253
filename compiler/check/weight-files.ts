import type { WeightSource } from "../lower/plan.ts";
import type { Env } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import type { StageBuild } from "./model-build.ts";
import { settingsOf } from "./settings.ts";
import type { CallThing, LayerThing } from "./things.ts";
import { call, orNone } from "./type.ts";

/** The `weights: load(..)` of an encoder: which tensor of the file each weight is; those in `fresh` keep their initialiser. */
export function weightsFromFile(layer: LayerThing, built: StageBuild, scope: Env): ReadonlyMap<string, WeightSource> {
  const sources = new Map<string, WeightSource>();
  const { encoder } = layer;
  if (encoder === undefined) return sources;
  const { session } = scope;
  const env: Env = { ...scope, local: undefined, body: undefined };
  const setting = settingsOf(session, layer.path, "encoder").findLast(({ path }) => path.at(-1) === "weights");
  let given: CallThing | undefined;
  for (const entry of encoder.body?.entries ?? []) {
    const key = entry.path.segments[0]?.name.text ?? "";
    if (key !== "weights") {
      session.reporter.report(
        "unknown-key",
        entry.path.span,
        { where: "an encoder", key },
        { help: "it has `weights`" },
      );
      continue;
    }
    const thing = evaluateAs(setting?.expr ?? entry.value, setting?.env ?? env, orNone(call("weights")), "`weights`");
    if (thing.kind === "call") given = thing;
  }
  if (given === undefined) return sources;
  const text = (name: string) => {
    const value = given.args.get(name);
    return value?.kind === "string" ? value.value : undefined;
  };
  const texts = (name: string): readonly string[] => {
    const value = given.args.get(name);
    return value?.kind === "list" ? value.items.flatMap((item) => (item.kind === "string" ? [item.value] : [])) : [];
  };
  const file = text("file") ?? "";
  const names = given.args.get("names");
  const map = names?.kind === "label" ? nameMaps[names.name] : nameMaps["abaw"];
  if (map === undefined)
    return session.reporter.refuse(
      "not-yet",
      given.span,
      { what: "this map of names" },
      { help: `it may be ${Object.keys(nameMaps).join(", ")}` },
    );
  const fresh = texts("fresh");
  const under = text("under");
  const into = text("into");
  const inside = into === undefined ? layer.path : `${layer.path}.${into}`;
  for (const { path } of built.model.parameters.values()) {
    if (path !== inside && !path.startsWith(`${inside}.`)) continue;
    const local = path.slice(layer.path.length + 1);
    if (fresh.some((prefix) => local === prefix || local.startsWith(`${prefix}.`))) continue;
    const { tensor, arrange } = map(path.slice(inside.length + 1));
    const prefixed = under === undefined ? tensor : `${under}.${tensor}`;
    sources.set(
      path,
      arrange === undefined
        ? { kind: "file", file, tensor: prefixed }
        : { kind: "file", file, tensor: prefixed, arrange },
    );
  }
  return sources;
}

type NameMap = (path: string) => { readonly tensor: string; readonly arrange?: "patches" | undefined };

/** A foreign file's name for a weight of ours, by the family of files (`mae`: https://github.com/facebookresearch/mae). */
const nameMaps: Readonly<Record<string, NameMap>> = {
  abaw: (path) => ({ tensor: path.replace(/\[(\d+)\]/g, ".$1") }),
  mae: (path) => {
    const bare = path.replace(/^trunk\./, "");
    if (bare === "cls") return { tensor: "cls_token" };
    if (bare === "embed.weight") return { tensor: "patch_embed.proj.weight", arrange: "patches" };
    if (bare === "embed.bias") return { tensor: "patch_embed.proj.bias" };
    return { tensor: bare.replace(/\[(\d+)\]/g, ".$1").replace(".ffn.", ".mlp.") };
  },
};
