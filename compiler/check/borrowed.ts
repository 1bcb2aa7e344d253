import { buildStage } from "./build-stage.ts";
import type { Env } from "./env.ts";
import { checkCheckpoint } from "./features.ts";
import { subLayer } from "./member.ts";
import { suggestion } from "./nearest.ts";
import type { Reporter } from "./reporter.ts";
import { bodyOf } from "./tensor-arithmetic.ts";
import type { LayerThing, MemberThing } from "./things.ts";

/** `image -> s.face`: the layer of a finished stage, with its weights, frozen, on what is sent to it here (language rule 47). */
export function borrowedLayer(member: MemberThing, env: Env): LayerThing {
  const reporter: Reporter = env.session.reporter;
  const { stage, name, span } = member;
  const { names, model } = buildStage(env.session, stage, span);
  const [first = "", ...inside] = name.split(".");
  const named = names.get(first);
  const whole = named?.kind === "layer" ? named : model.encoders.get(first);
  if (whole === undefined) {
    const layers = [...names].flatMap(([each, thing]) => (thing.kind === "layer" ? [each] : []));
    const known = [...layers, ...model.encoders.keys()];
    const help =
      suggestion(first, known) ?? `its layers are ${known.map((each) => `\`${each}\``).join(", ") || "not named"}`;
    return reporter.refuse("no-member", span, { what: stage.label, name: first }, { help });
  }
  checkCheckpoint(member, false, env);
  const layer = inside.reduce((outer, each) => subLayer(outer, each, span, env), whole);
  const front = stage.checkpoint === undefined ? stage.call : `${stage.call}@${stage.checkpoint}`;
  bodyOf(env).build.borrowed.set(front, stage);
  return under(front, layer);
}

/** The layer at another place, without the file that its weights came from. */
function under(front: string, { path, of }: LayerThing): LayerThing {
  const inner = of.kind === "sequence" ? { ...of, layers: of.layers.map((layer) => under(front, layer)) } : of;
  return { kind: "layer", path: `${front}.${path}`, of: inner, encoder: undefined };
}

/** The stage that a path belongs to, and the path there; undefined for the model's own. */
export function borrowedFrom<T>(
  path: string,
  borrowed: ReadonlyMap<string, T>,
): { readonly stage: T; readonly path: string } | undefined {
  for (const [front, stage] of borrowed)
    if (path.startsWith(`${front}.`)) return { stage, path: path.slice(front.length + 1) };
  return undefined;
}
