import type { WeightSource } from "../lower/plan.ts";
import type { EncoderNode, Entry, Expr } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import { encoderKeys } from "./keys.ts";
import { below, checkNames, isUnder, textIn, textsIn } from "./load-names.ts";
import { memoKind } from "./memo.ts";
import { isOfAdapter, type ParameterBuild, type StageBuild } from "./model-build.ts";
import { type NameMap, nameMaps } from "./name-maps.ts";
import { suggestion } from "./nearest.ts";
import { attempt, type Reporter } from "./reporter.ts";
import type { Session, Setting } from "./session.ts";
import { settingsOf } from "./settings.ts";
import { type CallThing, type LayerThing, placeIn } from "./things.ts";
import { call, orNone } from "./type.ts";
import { checkHeader } from "./weight-header.ts";

/** The only files whose weights a training starts from. */
const readable = ".safetensors";

type FileSources = ReadonlyMap<string, WeightSource>;

const fileSources = memoKind<FileSources | undefined>();

/**
 * The `weights: load(..)` of an encoder: which tensor of the file each weight is; those in `fresh` keep their initialiser (language rule
 * 61). Looked up once for all stages that have the same model.
 */
export function weightsFromFile(layer: LayerThing, built: StageBuild, scope: Env): FileSources {
  const own = [...built.model.parameters.values()].filter(
    ({ path, layer: kind }) => isUnder(path, layer.path) && !isOfAdapter(kind),
  );
  const { session, file } = scope;
  if (built.key === undefined) return sourcesIn(layer, own, scope);
  const made = fileSources(session).get(
    [file.source.name, built.key, layer.path, ...own.map(({ path }) => path)].join("\n"),
    () =>
      attempt(
        () => sourcesIn(layer, own, scope),
        () => undefined,
      ),
    { decidedBy: () => `${layer.encoder?.name.text} ${built.key}`, inTheMaking: () => undefined },
  );
  return made ?? session.reporter.silent();
}

function sourcesIn(layer: LayerThing, own: readonly ParameterBuild[], scope: Env): FileSources {
  const sources = new Map<string, WeightSource>();
  const given = loadOf(layer, scope);
  if (given === undefined) return sources;
  const reporter: Reporter = scope.session.reporter;
  const file = textIn(given, "file") ?? "";
  const names = given.args.get("names");
  const map: NameMap | undefined =
    names?.kind !== "label" ? nameMaps.abaw : isMap(names.name) ? nameMaps[names.name] : undefined;
  if (map === undefined || textsIn(given, "resize").length > 0)
    reporter.report("not-yet", given.span, {
      what: map === undefined ? "this map of names" : "weights at another image size",
    });
  if (!file.endsWith(readable))
    reporter.report(
      "not-yet",
      placeIn(given, "file"),
      { what: `weights of ${formatOf(file)}` },
      { help: `write them again as ${readable}, as safetensors.torch.save_file does` },
    );
  const fresh = textsIn(given, "fresh");
  const under = textIn(given, "under");
  const into = textIn(given, "into");
  const home = homeOf(layer, own);
  const inside = into === undefined ? home : `${home}.${into}`;
  const parameters = own.filter(({ path }) => isUnder(path, inside));
  if (own.length === 0) {
    const help = "this encoder has no weights of its own";
    reporter.report("changes-nothing", given.span, { path: "weights" }, { help });
    return sources;
  }
  if (!checkNames(given, fresh, own, home, inside, reporter)) return sources;
  for (const { path } of parameters) {
    const local = below(path, home);
    if (fresh.some((prefix) => isUnder(local, prefix))) continue;
    const { tensor, arrange } = (map ?? nameMaps.abaw)(below(path, inside));
    const from = { kind: "file" as const, file, tensor: under === undefined ? tensor : `${under}.${tensor}` };
    sources.set(path, arrange === undefined ? from : { ...from, arrange });
  }
  if (map !== undefined) checkHeader(given, home, file, under, parameters, sources, scope);
  return sources;
}

function formatOf(file: string): string {
  const ending = /\.\w+$/.exec(file)?.[0];
  return ending === undefined ? "a file without an ending" : `a ${ending} file`;
}

/** Where the weights of an encoder are: of a list, in its only part that has some, which a file knows nothing of. */
function homeOf({ path, of }: LayerThing, own: readonly ParameterBuild[]): string {
  if (of.kind !== "sequence") return path;
  const parts = new Set(own.map((each) => path + (/^\[\d+\]/.exec(below(each.path, path))?.[0] ?? "")));
  const [only = path] = parts;
  return parts.size === 1 ? only : path;
}

function isMap(name: string): name is keyof typeof nameMaps {
  return Object.hasOwn(nameMaps, name);
}

/** What the encoder's block says, or, stronger, a profile or `--set`. */
export function loadOf({ encoder, path }: LayerThing, scope: Env): CallThing | undefined {
  if (encoder === undefined) return undefined;
  const { session } = scope;
  const env: Env = { ...scope, local: undefined, body: undefined };
  const own = weightsEntry(encoder, session);
  const weights = (expr: Expr, place: Env) => evaluateAs(expr, place, orNone(call("weights")), "`weights`");
  const declared = own === undefined ? undefined : weights(own.value, env);
  // Without weights, `weights: none` changes nothing.
  const asks = (setting: Setting) =>
    setting.path.at(-1) === "weights" && (declared?.kind === "call" || setting.expr.kind !== "none");
  const setting = settingsOf(session, path, "encoder", asks).at(-1);
  const given = setting === undefined ? declared : weights(setting.expr, setting.env);
  return given?.kind === "call" ? given : undefined;
}

function weightsEntry({ body }: EncoderNode, { reporter }: Session): Entry | undefined {
  let own: Entry | undefined;
  for (const entry of body?.entries ?? []) {
    const { path } = entry;
    const key = path.segments.map(({ name }) => name.text).join(".");
    if (!Object.hasOwn(encoderKeys, key)) {
      const names = Object.keys(encoderKeys);
      const help = suggestion(key, names) ?? `it has ${names.map((name) => `\`${name}\``).join(", ")}`;
      reporter.report("unknown-key", path.span, { where: "an encoder", key }, { help });
    } else if (own !== undefined) {
      const related = [{ span: own.path.span, text: "first set here" }];
      reporter.report("duplicate-key", path.span, { key }, { related });
    } else own = entry;
  }
  return own;
}
