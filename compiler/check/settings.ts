import type { Span } from "../diagnostics/source.ts";
import type { Expr } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import { library } from "./library-calls.ts";
import { suggestion } from "./nearest.ts";
import type { Session, Setting } from "./session.ts";
import type { Thing } from "./things.ts";
import { any, describeThing, type Type } from "./type.ts";

/** Settings of a profile or `--set` for a name or, weaker, for its kind; in order of strength. */
export function settingsOf(session: Session, name: string, kind?: string): readonly Setting[] {
  const about = (first: string) => session.settings.filter(({ path }) => path[0] === first);
  const found = [...(kind === undefined ? [] : about(kind)), ...about(name)];
  for (const setting of found) session.ledger.use(setting);
  return found;
}

/** Map literals in a profile say several settings at once. */
export function flatten(path: readonly string[], expr: Expr, env: Env, into: Setting[]): void {
  if (expr.kind === "map" && expr.entries.length > 0) {
    for (const entry of expr.entries) {
      flatten([...path, ...entry.path.segments.map(({ name }) => name.text)], entry.value, env, into);
    }
    return;
  }
  into.push({ path, expr, env, span: expr.span });
}

/** A thing with something inside it replaced: an entry of a map or a named argument of a call. */
export function changed(
  session: Session,
  thing: Thing,
  path: readonly string[],
  make: (type: Type) => Thing,
  what: string,
  span: Span,
): Thing {
  const [first, ...rest] = path;
  if (first === undefined) return make(any);
  if (thing.kind === "map") {
    const entries = new Map(thing.entries);
    const before = entries.get(first);
    if (before === undefined && rest.length > 0)
      return unknownTarget(session, what, thing, [...entries.keys()], first, span);
    entries.set(
      first,
      rest.length === 0 || before === undefined ? make(any) : changed(session, before, rest, make, what, span),
    );
    return { ...thing, entries };
  }
  if (thing.kind === "call") {
    const params = library[thing.name]?.params ?? {};
    const param = params[first];
    if (param === undefined) return unknownTarget(session, what, thing, Object.keys(params), first, span);
    const before = thing.args.get(first);
    const value =
      rest.length === 0 || before === undefined ? make(param.type) : changed(session, before, rest, make, what, span);
    return { ...thing, args: new Map(thing.args).set(first, value) };
  }
  return unknownTarget(session, what, thing, [], first, span);
}

function unknownTarget(
  session: Session,
  path: string,
  thing: Thing,
  names: readonly string[],
  name: string,
  span: Span,
): never {
  return session.reporter.refuse(
    "override-target",
    span,
    { path, what: describeThing(thing) },
    { help: suggestion(name, names) },
  );
}
