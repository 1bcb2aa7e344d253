import type { Span } from "../diagnostics/source.ts";
import { invariant } from "../ir/invariant.ts";
import type { Expr } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import { library } from "./library-calls.ts";
import { suggestion } from "./nearest.ts";
import { own } from "./own.ts";
import type { Session, Setting } from "./session.ts";
import type { Change, Thing } from "./things.ts";
import { any, describeThing, type Type } from "./type.ts";

const byFirst = new WeakMap<readonly Setting[], ReadonlyMap<string, readonly Setting[]>>();

/** All settings by what they begin with. */
function indexed(settings: readonly Setting[]): ReadonlyMap<string, readonly Setting[]> {
  const known = byFirst.get(settings);
  if (known !== undefined) return known;
  const index = new Map<string, Setting[]>();
  for (const setting of settings) {
    const [first = ""] = setting.path;
    const others = index.get(first);
    if (others === undefined) index.set(first, [setting]);
    else others.push(setting);
  }
  byFirst.set(settings, index);
  return index;
}

/** Settings of a profile or `--set` for a name or, weaker, for its kind, that are asked for; in order of strength. */
export function settingsOf(
  session: Session,
  name: string,
  kind?: string,
  asks: (setting: Setting) => boolean = () => true,
): readonly Setting[] {
  const about = (first: string) => (indexed(session.settings).get(first) ?? []).filter(asks);
  const found = [...(kind === undefined ? [] : about(kind)), ...about(name)];
  for (const setting of found) session.ledger.use(setting);
  return found;
}

/** Map literals in a profile say several settings at once. */
export function flatten(at: Pick<Setting, "path" | "places">, expr: Expr, env: Env, into: Setting[]): void {
  if (expr.kind === "map" && expr.entries.length > 0) {
    for (const { path, value } of expr.entries) {
      const inside = {
        path: [...at.path, ...path.segments.map(({ name }) => name.text)],
        places: [...at.places, ...path.segments.map(({ span }) => span)],
      };
      flatten(inside, value, env, into);
    }
    return;
  }
  into.push({ ...at, expr, env, span: at.places.at(-1) ?? expr.span });
}

/** A setting for something inside what it names. */
export function inside(setting: Setting): Change {
  return { ...setting, path: setting.path.slice(1), places: setting.places.slice(1) };
}

/** An override as messages speak of it. */
export interface Spoken {
  readonly text: string;
  /** Where each segment of the path stands. */
  readonly places: readonly Span[];
  /** Whether a map may get a key that it has not. */
  readonly open?: boolean;
}

/** A thing with something inside it replaced: an entry of a map or a named argument of a call. */
export function changed(
  session: Session,
  thing: Thing,
  path: readonly string[],
  make: (type: Type) => Thing,
  spoken: Spoken,
): Thing {
  const [first, ...rest] = path;
  if (first === undefined) return make(any);
  const within = (before: Thing): Thing =>
    changed(session, before, rest, make, { ...spoken, places: spoken.places.slice(1) });
  if (thing.kind === "map") {
    const before = thing.entries.get(first);
    if (before === undefined && (rest.length > 0 || spoken.open !== true))
      return unknownTarget(session, thing, [...thing.entries.keys()], first, spoken);
    const value = rest.length === 0 || before === undefined ? make(any) : within(before);
    const [place] = spoken.places;
    const places = place === undefined ? thing.places : new Map(thing.places).set(first, place);
    return { ...thing, entries: new Map(thing.entries).set(first, value), places };
  }
  if (thing.kind === "call") {
    const params = own(library, thing.name)?.params ?? {};
    const param = own(params, first);
    if (param === undefined) return unknownTarget(session, thing, Object.keys(params), first, spoken);
    const before = thing.args.get(first);
    const value = rest.length === 0 || before === undefined ? make(param.type) : within(before);
    const [place = thing.span] = spoken.places;
    return {
      ...thing,
      args: new Map(thing.args).set(first, value),
      places: new Map(thing.places).set(first, place),
    };
  }
  return unknownTarget(session, thing, [], first, spoken);
}

function unknownTarget(
  session: Session,
  thing: Thing,
  names: readonly string[],
  name: string,
  { text, places: [place] }: Spoken,
): never {
  invariant(place !== undefined, "a path has as many places as segments");
  return session.reporter.refuse(
    "override-target",
    place,
    { path: text, what: describeThing(thing) },
    {
      help:
        suggestion(name, names) ??
        (names.length === 0 ? undefined : `it has ${names.map((each) => `\`${each}\``).join(", ")}`),
    },
  );
}
