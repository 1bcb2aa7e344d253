import type { Span } from "../diagnostics/source.ts";
import { printShape } from "../ir/dim.ts";
import type { WeightSource } from "../lower/plan.ts";
import type { EncoderNode, Entry, Expr } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import { encoderKeys } from "./keys.ts";
import { lookAt } from "./look-at.ts";
import type { ParameterBuild, StageBuild } from "./model-build.ts";
import { type NameMap, nameMaps } from "./name-maps.ts";
import { nearest, suggestion } from "./nearest.ts";
import { firstNames, namesIn, plainPattern, prefixesOf } from "./pattern.ts";
import type { Reporter } from "./reporter.ts";
import type { Session, Setting } from "./session.ts";
import { settingsOf } from "./settings.ts";
import { type CallThing, type LayerThing, placeIn } from "./things.ts";
import { call, orNone } from "./type.ts";

/** The `weights: load(..)` of an encoder: which tensor of the file each weight is; those in `fresh` keep their initialiser (language rule 61). */
export function weightsFromFile(layer: LayerThing, built: StageBuild, scope: Env): ReadonlyMap<string, WeightSource> {
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
  const fresh = textsIn(given, "fresh");
  const under = textIn(given, "under");
  const into = textIn(given, "into");
  const own = [...built.model.parameters.values()].filter(({ path }) => isUnder(path, layer.path));
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

/** Where the weights of an encoder are: of a list, in its only part that has some, which a file knows nothing of. */
function homeOf({ path, of }: LayerThing, own: readonly ParameterBuild[]): string {
  if (of.kind !== "sequence") return path;
  const parts = new Set(own.map((each) => path + (/^\[\d+\]/.exec(below(each.path, path))?.[0] ?? "")));
  const [only = path] = parts;
  return parts.size === 1 ? only : path;
}

/** What is left of a path under a prefix. */
function below(path: string, prefix: string): string {
  return path.slice(prefix.length).replace(/^\./, "");
}

function isUnder(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  const next = path.charAt(prefix.length);
  return next === "" || next === "." || next === "[";
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

function textIn(given: CallThing, name: string): string | undefined {
  const value = given.args.get(name);
  return value?.kind === "string" ? value.value : undefined;
}

function textsIn(given: CallThing, name: string): readonly string[] {
  const value = given.args.get(name);
  return value?.kind === "list" ? value.items.flatMap((item) => (item.kind === "string" ? [item.value] : [])) : [];
}

/** Each name in `fresh`, and `into`, must be something of the encoder. */
function checkNames(
  given: CallThing,
  fresh: readonly string[],
  own: readonly ParameterBuild[],
  home: string,
  inside: string,
  reporter: Reporter,
): boolean {
  const paths = own.map(({ path }) => path);
  const known = paths.map((path) => below(path, home));
  for (const name of fresh) {
    if (known.some((path) => isUnder(path, name))) continue;
    reportName(given, "fresh", name, namesIn(name, known), reporter);
  }
  for (const name of textsIn(given, "resize"))
    if (!known.some((path) => isUnder(path, name))) reportName(given, "resize", name, namesIn(name, known), reporter);
  if (paths.some((path) => isUnder(path, inside))) return true;
  reportName(given, "into", below(inside, home), namesIn(inside, known), reporter);
  return false;
}

/** A name in quotes that names nothing; the nearest is put into its place. */
function reportName(
  given: CallThing,
  argument: string,
  name: string,
  names: Iterable<string>,
  reporter: Reporter,
): void {
  const span = itemSpan(given, argument, name);
  const all = [...names];
  const near = nearest(name, all);
  const extras =
    near === undefined
      ? { help: `names there begin with ${firstNames(all)}` }
      : { help: `did you mean \`${near}\`?`, fix: { span, replacement: JSON.stringify(near) } };
  // What is under a name, and what is dropped, is of the file.
  if (argument === "under" || argument === "drop")
    reporter.report("no-member", span, { what: textIn(given, "file") ?? "the file", name }, extras);
  else reporter.report("pattern-matches-nothing", span, { pattern: name }, extras);
}

/** Where a name of a list, or of an argument, is written. */
function itemSpan(given: CallThing, argument: string, name: string): Span {
  const list = given.args.get(argument);
  const at = list?.kind === "list" ? list.items.findIndex((item) => item.kind === "string" && item.value === name) : -1;
  return (list?.kind === "list" ? list.places?.[at] : undefined) ?? placeIn(given, argument);
}

/** What is neither loaded nor fresh, and what is left over and not dropped, is told: both sides. */
function checkHeader(
  given: CallThing,
  home: string,
  file: string,
  under: string | undefined,
  parameters: readonly ParameterBuild[],
  sources: ReadonlyMap<string, WeightSource>,
  scope: Env,
): void {
  const { session } = scope;
  const header = lookAt(session, { file, format: "weights", span: fileSpan(given) });
  if (header?.kind !== "tensors") return;
  const inFile = [...header.shapes.keys()];
  if (under !== undefined && !inFile.some((name) => name.startsWith(`${under}.`))) {
    reportName(given, "under", under, prefixesOf(inFile), session.reporter);
    return;
  }
  const resized = textsIn(given, "resize");
  const used = new Set<string>();
  const problems: string[] = [];
  for (const { path, shape } of parameters) {
    const source = sources.get(path);
    if (source?.kind !== "file") continue;
    used.add(source.tensor);
    const have = header.shapes.get(source.tensor);
    if (have === undefined) problems.push(`it has no ${source.tensor} for \`${path}\``);
    else if (!fits(shape, have) && !resized.some((name) => isUnder(below(path, home), name)))
      problems.push(`${source.tensor} is ${printShape(have)}, \`${path}\` is ${printShape(shape)}`);
  }
  const left = inFile.flatMap((name) => {
    const local = under === undefined ? name : name.startsWith(`${under}.`) ? name.slice(under.length + 1) : undefined;
    return local === undefined ? [] : [{ name, local }];
  });
  const drops = textsIn(given, "drop").map((name) => plainPattern(name));
  for (const drop of drops) {
    const covered = left.filter(({ local }) => drop.covers(local));
    if (covered.length === 0)
      reportName(given, "drop", drop.text, prefixesOf(left.map(({ local }) => local)), session.reporter);
    else if (covered.every(({ name }) => used.has(name)))
      session.reporter.report(
        "changes-nothing",
        itemSpan(given, "drop", drop.text),
        { path: drop.text },
        { help: "all of it has its place here, and is loaded; what is not to be loaded belongs into `fresh` too" },
      );
  }
  const lacking = problems.length > 0;
  for (const { name, local } of left)
    if (!used.has(name) && !drops.some((drop) => drop.covers(local))) problems.push(`${name} has no place here`);
  const [first, ...others] = problems;
  if (first === undefined) return;
  const more = others.slice(0, 4).join("; ");
  const rest = others.length > 4 ? `; and ${others.length - 4} more` : "";
  const way = lacking
    ? "what the file lacks on purpose belongs into `fresh`"
    : "what is not wanted of the file belongs into `drop`";
  const help = others.length === 0 ? way : `${more}${rest}; ${way}`;
  session.reporter.report(
    "weights-mismatch",
    fileSpan(given),
    { file, path: given.name === "load" ? "this encoder" : given.name, reason: first },
    { help },
  );
}

function fileSpan(given: CallThing): Span {
  return placeIn(given, "file");
}

/** Equal but for leading ones, or a convolution's kernel where we have the matrix of the same product. */
function fits(shape: readonly number[], have: readonly number[]): boolean {
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  const bare = (sizes: readonly number[]) => sizes.slice(sizes.findIndex((size) => size !== 1)).join();
  return (
    bare(shape) === bare(have) ||
    (have.length === 4 && shape.length === 2 && have[0] === shape[0] && product(have) === product(shape))
  );
}
