import type { Span } from "../diagnostics/source.ts";
import type { DataNode } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import { type Env, localNamed } from "./env.ts";
import { evaluateAs, forEachSuffix, keyOf } from "./evaluate.ts";
import { mayBeMeant } from "./incomplete.ts";
import { type DataKey, dataKeys } from "./keys.ts";
import { labelOf } from "./label.ts";
import { suggestion } from "./nearest.ts";
import { overridden, placeOf } from "./overrides.ts";
import { withDefaults } from "./parameters.ts";
import { attempt, type Reporter } from "./reporter.ts";
import { type Session, spendText } from "./session.ts";
import { changed, inside, settingsOf } from "./settings.ts";
import { type Change, type DataThing, poison, type Thing, usualPart } from "./things.ts";
import { call } from "./type.ts";

export function isDataKey(key: string): key is DataKey {
  return Object.hasOwn(dataKeys, key);
}

/** Data with its arguments and overrides, every entry evaluated; data that needs itself is a cycle, whatever its arguments are. */
export function dataThing(
  session: Session,
  declaration: DataNode,
  env: Env,
  given: ReadonlyMap<string, Thing>,
  changes: readonly Change[],
  span: Span,
): DataThing {
  const { evaluating, reporter } = session;
  const { name } = declaration;
  if (evaluating.has(declaration)) {
    const related = [{ span, text: "needed here" }];
    throw reporter.refusal("cycle", name.span, { name: name.text, chain: "its block needs it" }, { related });
  }
  evaluating.add(declaration);
  try {
    return evaluated(session, declaration, env, given, changes, span);
  } finally {
    evaluating.delete(declaration);
  }
}

function evaluated(
  session: Session,
  declaration: DataNode,
  env: Env,
  given: ReadonlyMap<string, Thing>,
  changes: readonly Change[],
  span: Span,
): DataThing {
  const reporter: Reporter = session.reporter;
  const name = declaration.name.text;
  const settings = settingsOf(session, name, "data");
  const format = settings.findLast(({ path }) => path.length === 1);
  const { bound, kept: keyChanges } = overridden(
    session,
    { what: `the data \`${name}\``, parameters: declaration.parameters, env, keys: Object.keys(dataKeys) },
    given,
    [...changes, ...settings.filter(({ path }) => path.length > 1).map(inside)],
  );
  const scope = withDefaults(declaration.parameters, bound, env);
  const entries = new Map<string, Thing>();
  const places = new Map<string, Span>();
  for (const entry of declaration.body.entries) {
    forEachSuffix(entry.suffixes, scope, (place) => {
      const key = keyOf(entry.path, place);
      if (!isDataKey(key)) {
        reporter.report(
          "unknown-key",
          entry.path.span,
          { where: "a data block", key },
          { help: suggestion(key, Object.keys(dataKeys)) },
        );
        return;
      }
      const before = places.get(key);
      if (before !== undefined) {
        reporter.report(
          "duplicate-key",
          entry.path.span,
          { key },
          { related: [{ span: before, text: "first set here" }] },
        );
        return;
      }
      places.set(key, entry.value.span);
      entries.set(
        key,
        attempt(
          () => evaluateAs(entry.value, place, dataKeys[key].type, `\`${key}\` of the data \`${name}\``),
          () => poison,
        ),
      );
    });
  }
  const written = new Map(entries);
  for (const change of keyChanges) {
    const [key = "", ...rest] = change.path;
    if (!isDataKey(key)) continue;
    const make = () => evaluateAs(change.expr, change.env, dataKeys[key].type, change.path.join("."));
    const before = entries.get(key);
    const text = change.path.join(".");
    entries.set(
      key,
      attempt(
        () =>
          rest.length === 0
            ? make()
            : changed(
                session,
                before ?? { kind: "map", entries: new Map(), places: new Map() },
                rest,
                (type) => evaluateAs(change.expr, change.env, type, `\`${text}\``),
                { text, places: rest.map((_, i) => placeOf(change, i + 1)), open: true },
              ),
        () => poison,
      ),
    );
    places.set(key, change.span);
  }
  if (format !== undefined)
    entries.set("format", evaluateAs(format.expr, format.env, call("format"), "the data of this profile"));
  const label = labelOf(name, declaration.parameters, given);
  const rowKeys: readonly string[] = ["format", "root", "train", "val", "test", "split", "folds", "duplicates"];
  const annotations = [...entries]
    .filter(([each]) => rowKeys.includes(each))
    .map(([each, thing]) => `${each}: ${canonical(thing)}`)
    .toSorted()
    .join(", ");
  const key = `${name} ${[...entries].map(([each, thing]) => `${each}: ${canonical(thing)}`).join(", ")}`;
  spendText(session, span, key);
  return {
    kind: "data",
    declaration,
    env,
    bound: given,
    changes,
    key,
    label: changes.length === 0 ? label : `${label} with {${changes.map(changeText).join(", ")}}`,
    annotations: format === undefined ? annotations : `${name} ${annotations}`,
    written,
    entries,
    places: new Map([...places, ["", span]]),
    part: usualPart,
  };
}

export function changeText({ path, expr, env }: Change): string {
  const local = expr.kind === "name" ? localNamed(env, expr.name) : undefined;
  return `${path.join(".")}: ${local === undefined ? textAt(expr.span) : canonical(local)}`;
}

/** The text of a place on one line. */
function textAt({ source, start, end }: Span): string {
  return source.text.slice(start, end).replace(/\s+/g, " ");
}

/** A key that data must have. */
export function refuseMissing(data: DataThing, key: DataKey, reporter: Reporter): never {
  const { declaration, label } = data;
  // Its value may have a mistake, which has been told.
  if (data.entries.get(key)?.kind === "poison" || mayBeMeant(declaration, isDataKey)) return reporter.silent();
  return reporter.refuse("missing-key", declaration.span, { where: `the data ${label}`, key });
}
