import type { Span } from "../diagnostics/source.ts";
import type { MapNode, StageNode } from "../syntax/ast.ts";
import { assemblyThing } from "./assemblies.ts";
import { canonical } from "./canonical.ts";
import { changeText, dataThing } from "./data.ts";
import { instanceOf } from "./declarations.ts";
import type { Env } from "./env.ts";
import { evaluateAs, forEachSuffix, taskNamed } from "./evaluate.ts";
import { type StageKey, stageKeys } from "./keys.ts";
import { labelOf } from "./label.ts";
import { memoKind } from "./memo.ts";
import { suggestion } from "./nearest.ts";
import { typeOf, withDefaults } from "./parameters.ts";
import { withArgument } from "./recipes.ts";
import { Refusal } from "./reporter.ts";
import type { Session } from "./session.ts";
import { changed, settingsOf } from "./settings.ts";
import type { Change, StageThing, Thing } from "./things.ts";
import { describeThing } from "./type.ts";

export function isStageKey(key: string): key is StageKey {
  return Object.hasOwn(stageKeys, key);
}

interface StageParts {
  readonly declaration: StageNode;
  readonly env: Env;
  readonly bound: ReadonlyMap<string, Thing>;
  readonly changes: readonly Change[];
  readonly span: Span;
}

/** A stage with its arguments and overrides. Equal ones are one: the same training (language rule 45). */
export function stageThing(session: Session, parts: StageParts): StageThing {
  const { declaration, env } = parts;
  const name = declaration.name.text;
  const settings = settingsOf(session, name, "stage").map(
    (setting): Change => ({ ...setting, path: setting.path.slice(1) }),
  );
  const effective = sorted(session, declaration, env, parts.bound, [...parts.changes, ...settings]);
  const scope = withDefaults(declaration.parameters, effective.bound, env);
  const all = declaration.parameters.map(
    ({ name: parameter }) =>
      `${parameter.text}: ${canonical(scope.local?.names.get(parameter.text) ?? { kind: "none" })}`,
  );
  const key = `${env.file.source.name}#${name}(${all.join(", ")}) {${effective.changes.map(keyText).join(", ")}}`;
  return stages(session).get(key, () => made(key, parts, effective), {
    decidedBy: () => key,
    inTheMaking: () => session.reporter.silent(),
  });
}

const stages = memoKind<StageThing>();

function made(key: string, parts: StageParts, effective: Pick<StageThing, "bound" | "changes">): StageThing {
  const { declaration, env, span } = parts;
  const name = declaration.name.text;
  const own = labelOf(name, declaration.parameters, parts.bound);
  const label = parts.changes.length === 0 ? own : `${own} with {${parts.changes.map(changeText).join(", ")}}`;
  return {
    kind: "stage",
    key,
    call: label,
    label,
    declaration,
    env,
    bound: effective.bound,
    changes: effective.changes,
    base: { bound: parts.bound, changes: parts.changes },
    span,
  };
}

/** The same words in another place can mean something else: the variables around them belong to the identity. */
function keyText(change: Change): string {
  const around: string[] = [];
  for (let scope = change.env.local; scope !== undefined; scope = scope.around) {
    for (const [name, thing] of scope.names) around.push(`${name}=${canonical(thing)}`);
  }
  return `${changeText(change)} [${around.join(",")}]`;
}

/** Overrides of parameters become arguments, those of keys stay. */
function sorted(
  session: Session,
  declaration: StageNode,
  env: Env,
  given: ReadonlyMap<string, Thing>,
  changes: readonly Change[],
) {
  const bound = new Map(given);
  const kept: Change[] = [];
  for (const change of changes) {
    const [first = "", ...rest] = change.path;
    const parameter = declaration.parameters.find(({ name }) => name.text === first);
    if (parameter !== undefined) {
      const what = change.path.join(".");
      const type = typeOf(parameter.type);
      if (rest.length === 0) bound.set(first, evaluateAs(change.expr, change.env, type, `\`${what}\``));
      else {
        const before = withDefaults(declaration.parameters, bound, env).local?.names.get(first) ?? {
          kind: "none" as const,
        };
        bound.set(
          first,
          changed(
            session,
            before,
            rest,
            () => evaluateAs(change.expr, change.env, { kind: "any" }, what),
            what,
            change.span,
          ),
        );
      }
    } else if (isStageKey(first)) kept.push(change);
    else {
      session.reporter.refuse(
        "override-target",
        change.span,
        { path: change.path.join("."), what: `the stage \`${declaration.name.text}\`` },
        {
          help: suggestion(first, [...declaration.parameters.map(({ name }) => name.text), ...Object.keys(stageKeys)]),
        },
      );
    }
  }
  return { bound, changes: kept };
}

/** `x with {path: value, ..}` (language rule 3). */
export function withChanges(given: Thing, node: MapNode, env: Env): Thing {
  const { session } = env;
  const target = given.kind === "declaration" ? (instanceOf(session, given, node.span) ?? given) : given;
  const changes: Change[] = [];
  const seen = new Map<string, Span>();
  for (const entry of node.entries) {
    forEachSuffix(entry.suffixes, env, (place) => {
      const path = entry.path.segments.map(({ name }) => taskNamed(name.text, place) ?? name.text);
      const text = path.join(".");
      const before = seen.get(text);
      if (before !== undefined)
        session.reporter.report(
          "duplicate-key",
          entry.path.span,
          { key: text },
          { related: [{ span: before, text: "first set here" }] },
        );
      seen.set(text, entry.path.span);
      changes.push({ path, expr: entry.value, env: place, span: entry.path.span });
    });
  }
  return applied(session, target, changes, node.span);
}

/** A thing with changes inside it, of `with`, a profile or `--set`. */
export function applied(session: Session, target: Thing, changes: readonly Change[], span: Span): Thing {
  switch (target.kind) {
    case "stage":
      return stageThing(session, {
        ...target,
        bound: target.base.bound,
        changes: [...target.base.changes, ...changes],
        span,
      });
    case "data":
      return dataThing(session, target.declaration, target.env, target.bound, [...target.changes, ...changes], span);
    case "assembly":
      return assemblyThing(session, target.declaration, target.env, target.bound, [...target.changes, ...changes]);
    case "map":
    case "call":
      return changes.reduce<Thing>(
        (thing, { path, expr, env: place, span: at }) =>
          changed(session, thing, path, (type) => evaluateAs(expr, place, type, path.join(".")), path.join("."), at),
        target,
      );
    case "recipe":
      return changes.reduce(
        (recipe, { path, expr, env: place, span: at }) =>
          withArgument(recipe, path.join("."), { expr, env: place, thing: undefined, span: at }),
        target,
      );
    case "poison":
      throw new Refusal();
    default:
      return session.reporter.refuse("override-target", span, {
        path: changes[0]?.path.join(".") ?? "with",
        what: describeThing(target),
      });
  }
}
