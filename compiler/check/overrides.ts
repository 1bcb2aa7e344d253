import type { Span } from "../diagnostics/source.ts";
import type { ModelNode, ModuleNode, Parameter } from "../syntax/ast.ts";
import { convert } from "./convert.ts";
import type { Env } from "./env.ts";
import { evaluateAs } from "./evaluate.ts";
import { visible } from "./files.ts";
import { suggestion } from "./nearest.ts";
import { typeOf, withDefaults } from "./parameters.ts";
import type { Session } from "./session.ts";
import { changed, inside, settingsOf } from "./settings.ts";
import type { Change, Thing } from "./things.ts";

/** What can be overridden: parameters by any path, keys as a whole or inside. */
export interface Overridable {
  /** In words, for messages. */
  readonly what: string;
  readonly parameters: readonly Parameter[];
  readonly env: Env;
  readonly keys: readonly string[];
}

/** Overrides of parameters become arguments, those of keys are kept (language rule 3). */
export function overridden(
  session: Session,
  { what, parameters, env, keys }: Overridable,
  given: ReadonlyMap<string, Thing>,
  changes: readonly Change[],
): { readonly bound: ReadonlyMap<string, Thing>; readonly kept: readonly Change[] } {
  const bound = new Map(given);
  const kept: Change[] = [];
  for (const change of changes) {
    const [first = ""] = change.path;
    const parameter = parameters.find(({ name }) => name.text === first);
    if (parameter !== undefined) bound.set(first, changedParameter(session, parameter, parameters, bound, env, change));
    else if (keys.includes(first)) kept.push(change);
    else {
      session.reporter.refuse(
        "override-target",
        placeOf(change, 0),
        { path: change.path.join("."), what },
        { help: suggestion(first, [...parameters.map(({ name }) => name.text), ...keys]) },
      );
    }
  }
  return { bound, kept };
}

/** Arguments of a model or module with what a profile or `--set` says of its parameters (language rule 4). */
export function withSettings(
  session: Session,
  declaration: ModuleNode | ModelNode,
  env: Env,
  bound: ReadonlyMap<string, Thing>,
): ReadonlyMap<string, Thing> {
  const { kind, name, parameters } = declaration;
  const { main, settings } = session;
  if (settings.length === 0 || main === undefined || visible(main, name.text)?.declaration !== declaration)
    return bound;
  const changes = settingsOf(session, name.text).map(inside);
  return overridden(session, { what: `the ${kind} \`${name.text}\``, parameters, env, keys: [] }, bound, changes).bound;
}

function changedParameter(
  session: Session,
  { name, type }: Parameter,
  parameters: readonly Parameter[],
  bound: ReadonlyMap<string, Thing>,
  env: Env,
  change: Change,
): Thing {
  const text = change.path.join(".");
  const wanted = typeOf(type);
  if (change.path.length === 1) return evaluateAs(change.expr, change.env, wanted, `\`${text}\``);
  const before = withDefaults(parameters, bound, env).local?.names.get(name.text) ?? { kind: "none" };
  // A task that the default does not speak of may be spoken of here.
  const open = wanted.kind === "record";
  const made = changed(
    session,
    before,
    change.path.slice(1),
    (inside) => evaluateAs(change.expr, change.env, inside, `\`${text}\``),
    { text, places: change.path.slice(1).map((_, i) => placeOf(change, i + 1)), open },
  );
  return convert(session, made, wanted, `\`${text}\``, change.span);
}

/** Where a segment of an override's path stands. */
export function placeOf({ places, span }: Pick<Change, "places" | "span">, i: number): Span {
  return places?.[i] ?? span;
}
