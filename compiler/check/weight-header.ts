import { printShape } from "../ir/dim.ts";
import {
  counters,
  dotted,
  isAmong,
  type Located,
  locate,
  type NameMap,
  ourName,
} from "../library/weight-names/index.ts";
import type { Env } from "./env.ts";
import type { TensorsHeader } from "./file-header.ts";
import { below, isUnder, itemSpan, reportName, textIn, textsIn } from "./load-names.ts";
import { lookAt } from "./look-at.ts";
import type { ModelBuild } from "./model-build.ts";
import { plainPattern, prefixesOf } from "./pattern.ts";
import { type CallThing, placeIn } from "./things.ts";
import { checkEps } from "./weight-eps.ts";
import type { LoadedWeight } from "./weight-files.ts";
import { fitHelp } from "./weight-fit.ts";
import { shapeProblem } from "./weight-shapes.ts";

/** What an encoder takes of a file. */
export interface Loading {
  readonly given: CallThing;
  /** Where its weights are, and the part of it that the file is for. */
  readonly home: string;
  readonly inside: string;
  readonly map: NameMap;
  readonly loaded: readonly LoadedWeight[];
  readonly fresh: readonly string[];
  readonly model: ModelBuild;
}

/** What is neither loaded nor fresh, and what is left over and not dropped, is told: both sides. */
export function checkHeader(loading: Loading, scope: Env): void {
  const { given, loaded } = loading;
  const { session } = scope;
  const file = textIn(given, "file") ?? "";
  const header = lookAt(session, { file, format: "weights", span: placeIn(given, "file") });
  if (header?.kind !== "tensors") return;
  const under = textIn(given, "under");
  const inFile = [...header.shapes.keys()];
  if (under !== undefined && !inFile.some((name) => name.startsWith(`${under}.`))) {
    reportName(given, "under", under, prefixesOf(inFile), session.reporter);
    return;
  }
  const located: Located =
    under === undefined
      ? locate(inFile, header.boxes, loaded)
      : { ...locate([], [], []), ...behind(under, inFile, loaded) };
  const lacking = [...missing(loading, located)];
  const differing = [...wrong(loading, header, located)];
  if (located.others.length > 0 && lacking.length + differing.length === 0) {
    const [first = "", ...more] = [located.front, ...located.others].map((front) => `\`${front.slice(0, -1)}\``);
    mismatch(given, file, `it fits behind ${[first, ...more].join(" and ")}`, ["`under` says which is meant"], scope);
    return;
  }
  const left = leftOver(loading, header, located, under, scope);
  const [first, ...others] = [...lacking, ...differing, ...left];
  if (first === undefined) {
    checkEps(given, loaded, located, loading.model, scope);
    return;
  }
  // The way out first: what is long is cut off at its end.
  const way =
    lacking.length > 0
      ? ["what the file lacks on purpose belongs into `fresh`", ...fitHelp(loading, header, located, under)]
      : left.length > 0
        ? ["what is not wanted of the file belongs into `drop`"]
        : ["what `fresh` names is left out"];
  const rest = others.slice(0, 4).join("; ");
  const more = others.length > 4 ? `; and ${others.length - 4} more` : "";
  mismatch(given, file, first, [...way, ...(others.length === 0 ? [] : [`besides, ${rest}${more}`])], scope);
}

function mismatch(given: CallThing, file: string, reason: string, help: readonly string[], { session }: Env): void {
  const path = given.name === "load" ? "this encoder" : given.name;
  session.reporter.report(
    "weights-mismatch",
    placeIn(given, "file"),
    { file, path, reason },
    help.length === 0 ? {} : { help: help.join("; ") },
  );
}

/** With `under` all names begin with it. */
function behind(under: string, inFile: readonly string[], loaded: readonly LoadedWeight[]): Partial<Located> {
  const { found } = locate(
    inFile.filter((name) => name.startsWith(`${under}.`)),
    [],
    loaded,
  );
  return { front: "", box: under, found };
}

function* missing({ loaded }: Loading, { front, found }: Located): Generator<string> {
  for (const { path, ways } of loaded)
    if (!found.has(path))
      yield `it has no ${(ways[0] ?? []).map((name) => front + name).join(" and ")} for \`${path}\``;
}

/** What is there in another shape. */
function* wrong({ given, home, loaded }: Loading, { shapes }: TensorsHeader, { found }: Located): Generator<string> {
  const resized = textsIn(given, "resize");
  for (const weight of loaded) {
    const { path, shape } = weight;
    const parts = found.get(path);
    if (parts === undefined) continue;
    const have = parts.map((name) => shapes.get(name) ?? []);
    const mayResize = resized.some((name) => isUnder(below(path, home), name));
    const problem = shapeProblem(weight, have, mayResize);
    if (problem !== undefined)
      yield `${parts.join(" and ")} is ${have.map(printShape).join(" and ")}, \`${path}\` is ${printShape(shape)}${problem}`;
  }
}

/** Of the dictionary that the weights are in, what is neither used nor known to be of no use. */
function leftOver(
  { given, inside, home, map, fresh, loaded }: Loading,
  header: TensorsHeader,
  { front, box, found }: Located,
  under: string | undefined,
  { session }: Env,
): readonly string[] {
  const start = under !== undefined ? `${under}.` : box === "" ? "" : `${box}.`;
  const deeper = header.boxes.filter((each) => each !== box && each.startsWith(start) && !front.startsWith(`${each}.`));
  const used = new Set([...found.values()].flat());
  const left = [...header.shapes.keys()].flatMap((name) => {
    if (!name.startsWith(start) || (under === undefined && deeper.some((each) => name.startsWith(`${each}.`))))
      return [];
    const local = name.slice(start.length);
    const bare = under === undefined && name.startsWith(front) ? name.slice(front.length) : local;
    return [{ name, local, bare, ours: ourName(map, bare) }];
  });
  const drops = textsIn(given, "drop").map((text) => ({
    text,
    pattern: plainPattern(text),
    plain: plainPattern(dotted(text)),
  }));
  const isDropped = ({ pattern, plain }: (typeof drops)[number], { local, bare, ours }: (typeof left)[number]) =>
    [local, bare, ours].some((name) => pattern.covers(name) || plain.covers(name));
  for (const drop of drops) {
    const covered = left.filter((each) => isDropped(drop, each));
    if (covered.length === 0)
      reportName(given, "drop", drop.text, prefixesOf(left.map(({ bare }) => bare)), session.reporter);
    else if (covered.every(({ name }) => used.has(name)))
      session.reporter.report(
        "changes-nothing",
        itemSpan(given, "drop", drop.text),
        { path: drop.text },
        { help: "all of it has its place here, and is loaded; what is not to be loaded belongs into `fresh` too" },
      );
  }
  const freshHere = fresh.map((name) => dotted(below(`${home}.${name}`, inside)));
  const around = map.around ?? [];
  const isFresh = (ours: string) =>
    freshHere.some((name) => [name, ...around.map((each) => below(name, each))].some((each) => isUnder(ours, each)));
  const places = new Set(loaded.map(({ path }) => dotted(below(path, inside))));
  const isComputed = (bare: string, name: string) =>
    isAmong(map.computed ?? [], bare) && header.fixed.has(name) && !places.has(ourName(map, bare));
  return left.flatMap((each) => {
    const { name, bare, ours } = each;
    if (used.has(name) || drops.some((drop) => isDropped(drop, each)) || isFresh(ours)) return [];
    if (isAmong([...counters, ...(map.ignored ?? [])], bare) || isComputed(bare, name)) return [];
    return [`${name} has no place here`];
  });
}
