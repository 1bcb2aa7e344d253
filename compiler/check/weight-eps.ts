import { nodesReaching } from "../ir/graph.ts";
import type { Located } from "../library/weight-names/index.ts";
import type { Env } from "./env.ts";
import type { ModelBuild } from "./model-build.ts";
import { type CallThing, placeIn } from "./things.ts";
import type { LoadedWeight } from "./weight-files.ts";

/** Told once where layer norms add another number to the variance than those that the weights were trained in. */
export function checkEps(
  given: CallThing,
  loaded: readonly LoadedWeight[],
  { found }: Located,
  model: ModelBuild,
  { session }: Env,
): void {
  if (loaded.every(({ eps }) => eps === undefined)) return;
  const own = epsByWeight(model);
  for (const { path, ways, eps } of loaded) {
    const first = found.get(path)?.[0];
    const way = first === undefined ? -1 : ways.findIndex(([name = ""]) => first.endsWith(name));
    const [expected, actual] = [eps?.[way], own.get(path)];
    if (expected === undefined || actual === undefined || expected === actual) continue;
    session.reporter.report(
      "other-eps",
      placeIn(given, "file"),
      { layer: path.replace(/\.weight$/, ""), actual: actual.toExponential(), expected: expected.toExponential() },
      { help: `\`eps: ${expected.toExponential()}\` of the layer norms, or of the encoder that has them` },
    );
    return;
  }
}

/** What each layer norm of a model adds to the variance, by the path of its scale. */
function epsByWeight({ heads }: ModelBuild): ReadonlyMap<string, number> {
  const wires = [...heads.values()].map(({ logits }) => logits.wire);
  return new Map(
    nodesReaching(wires).flatMap(({ op, inputs: [, scale], attributes: { eps } }): [string, number][] =>
      op === "layer_norm" && scale?.source.kind === "input" && typeof eps === "number"
        ? [[scale.source.name, eps]]
        : [],
    ),
  );
}
