import { type ForeignNames, nameMapOf, theirNames } from "../library/weight-names/index.ts";
import type { FileSource, WeightSource } from "../lower/plan.ts";
import type { EncoderNode, Entry, Expr } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import { encoderKeys } from "./keys.ts";
import { below, checkNames, isUnder, textIn, textsIn } from "./load-names.ts";
import { memoKind } from "./memo.ts";
import { isOfAdapter, type ModelBuild, type StageBuild } from "./model-build.ts";
import { suggestion } from "./nearest.ts";
import { attempt, type Reporter } from "./reporter.ts";
import type { Session, Setting } from "./session.ts";
import { settingsOf } from "./settings.ts";
import type { CallThing, LayerThing } from "./things.ts";
import { call, orNone } from "./type.ts";
import { checkHeader } from "./weight-header.ts";

type FileSources = ReadonlyMap<string, WeightSource>;

const fileSources = memoKind<FileSources | undefined>();

/** A weight or running statistic that a file may have. */
export interface OwnWeight {
  readonly path: string;
  readonly shape: readonly number[];
}

/** One that is to come from the file: what it is called there. */
export interface LoadedWeight extends OwnWeight, ForeignNames {}

/**
 * The `weights: load(..)` of an encoder: which tensor of the file each weight is; those in `fresh` keep their initialiser (language rule
 * 61). Looked up once for all stages that have the same model.
 */
export function weightsFromFile(layer: LayerThing, built: StageBuild, scope: Env): FileSources {
  const { parameters, states } = built.model;
  const known = [...parameters.values()].filter(({ layer: kind }) => !isOfAdapter(kind));
  const own = [...known, ...states.values()].filter(({ path }) => isUnder(path, layer.path));
  const { session, file } = scope;
  if (built.key === undefined) return sourcesIn(layer, own, built.model, scope);
  const made = fileSources(session).get(
    [file.source.name, built.key, layer.path, ...own.map(({ path }) => path)].join("\n"),
    () =>
      attempt(
        () => sourcesIn(layer, own, built.model, scope),
        () => undefined,
      ),
    { decidedBy: () => `${layer.encoder?.name.text} ${built.key}`, inTheMaking: () => undefined },
  );
  return made ?? session.reporter.silent();
}

function sourcesIn(layer: LayerThing, own: readonly OwnWeight[], model: ModelBuild, scope: Env): FileSources {
  const sources = new Map<string, WeightSource>();
  const given = loadOf(layer, scope);
  if (given === undefined) return sources;
  const reporter: Reporter = scope.session.reporter;
  const file = textIn(given, "file") ?? "";
  const names = given.args.get("names");
  const map = nameMapOf(names?.kind === "label" ? names.name : undefined);
  const fresh = textsIn(given, "fresh");
  const resized = textsIn(given, "resize");
  const under = textIn(given, "under");
  const into = textIn(given, "into");
  const home = homeOf(layer, own);
  const inside = into === undefined ? home : `${home}.${into}`;
  if (own.length === 0) {
    const help = "this encoder has no weights of its own";
    reporter.report("changes-nothing", given.span, { path: "weights" }, { help });
    return sources;
  }
  if (!checkNames(given, fresh, own, home, inside, reporter)) return sources;
  const loaded: LoadedWeight[] = [];
  for (const { path, shape } of own) {
    const local = below(path, home);
    if (!isUnder(path, inside) || fresh.some((prefix) => isUnder(local, prefix))) continue;
    const named = theirNames(map, below(path, inside));
    const resize = resized.some((prefix) => isUnder(local, prefix));
    // A matrix is a matrix of patches; where we have the convolution itself, so has the file.
    const arrange = resize
      ? "positions"
      : named.arrange === "patches" && shape.length !== 2
        ? undefined
        : named.arrange;
    const ways = named.ways.map((way) => way.map((name) => (under === undefined ? name : `${under}.${name}`)));
    loaded.push({ path, shape, ways, arrange, eps: named.eps });
    sources.set(path, sourceOf(file, ways, arrange, resize));
  }
  checkHeader({ given, home, inside, map, loaded, fresh, model }, scope);
  return sources;
}

function sourceOf(
  file: string,
  [way = [], ...others]: ForeignNames["ways"],
  arrange: ForeignNames["arrange"],
  resize: boolean,
): FileSource {
  const [tensor = ""] = way;
  return {
    kind: "file",
    file,
    tensor,
    ...(way.length > 1 ? { parts: way } : {}),
    ...(others.length > 0 ? { or: others } : {}),
    ...(arrange === undefined ? {} : { arrange }),
    ...(resize ? { resize } : {}),
  };
}

/** Where the weights of an encoder are: of a list, in its only part that has some, which a file knows nothing of. */
function homeOf({ path, of }: LayerThing, own: readonly OwnWeight[]): string {
  if (of.kind !== "sequence") return path;
  const parts = new Set(own.map((each) => path + (/^\[\d+\]/.exec(below(each.path, path))?.[0] ?? "")));
  const [only = path] = parts;
  return parts.size === 1 ? only : path;
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
