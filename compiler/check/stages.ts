import type { Span } from "../diagnostics/source.ts";
import type { MapNode, Segment, StageNode } from "../syntax/ast.ts";
import { assemblyThing } from "./assemblies.ts";
import { canonical } from "./canonical.ts";
import { changeText, dataThing } from "./data.ts";
import { instanceOf } from "./declarations.ts";
import type { Env } from "./env.ts";
import { evaluate, evaluateAs, forEachSuffix, taskNamed } from "./evaluate.ts";
import { type StageKey, stageKeys } from "./keys.ts";
import { labelOf } from "./label.ts";
import { MentionedNames } from "./mentioned-names.ts";
import { overridden, placeOf } from "./overrides.ts";
import { withDefaults } from "./parameters.ts";
import { withArgument } from "./recipes.ts";
import { Refusal } from "./reporter.ts";
import { type Session, spend, spendText } from "./session.ts";
import { changed, inside, settingsOf } from "./settings.ts";
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

/** A stage as a value, before it is checked. */
const stepsOfStage = 20;

/** A stage with its arguments and overrides. Those of equal keys are the same training, wherever they are asked for (language rule 45). */
export function stageThing(session: Session, parts: StageParts): StageThing {
  const { declaration, env } = parts;
  const name = declaration.name.text;
  const settings = settingsOf(session, name, "stage").map(inside);
  const { bound, kept: changes } = overridden(
    session,
    { what: `the stage \`${name}\``, parameters: declaration.parameters, env, keys: Object.keys(stageKeys) },
    parts.bound,
    [...parts.changes, ...settings],
  );
  const scope = withDefaults(declaration.parameters, bound, env);
  const all = declaration.parameters.map(
    ({ name: parameter }) =>
      `${parameter.text}: ${canonical(scope.local?.names.get(parameter.text) ?? { kind: "none" })}`,
  );
  const key = `${env.file.source.name}#${name}(${all.join(", ")}) {${changes.map(keyText).join(", ")}}`;
  spend(session, parts.span, stepsOfStage);
  spendText(session, parts.span, key);
  return made(key, parts, { bound, changes });
}

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
    ...effective,
    base: { bound: parts.bound, changes: parts.changes },
    span,
  };
}

/** The same words in another place can mean something else: the variables around them belong to the identity. */
/** A change with what the names in it mean: others around it are none of its business. */
function keyText(change: Change): string {
  const around: string[] = [];
  const mentioned = new MentionedNames();
  mentioned.expr(change.expr);
  for (let scope = change.env.local; scope !== undefined; scope = scope.around) {
    for (const [name, thing] of scope.names) if (mentioned.all.has(name)) around.push(`${name}=${canonical(thing)}`);
  }
  return `${changeText(change)} [${around.join(",")}]`;
}

/** `x with {path: value, ..}` (language rule 3). */
export function withChanges(given: Thing, node: MapNode, env: Env): Thing {
  const { session } = env;
  const target = given.kind === "declaration" ? (instanceOf(session, given, node.span) ?? given) : given;
  const changes: Change[] = [];
  for (const entry of node.entries) {
    forEachSuffix(entry.suffixes, env, (place) => {
      const { segments, span } = entry.path;
      const path = segments.map((segment) => segmentText(segment, place));
      const text = path.join(".");
      spend(session, span, changes.length);
      const before = changes.find((other) => covers(other.path, path) || covers(path, other.path));
      if (before !== undefined)
        session.reporter.report(
          "duplicate-key",
          span,
          { key: text },
          { related: [{ span: before.span, text: "first set here" }] },
        );
      changes.push({ path, places: segments.map((each) => each.span), expr: entry.value, env: place, span });
    });
  }
  return applied(session, target, changes, node.span);
}

/** Whether setting the first sets the second too. */
function covers(path: readonly string[], other: readonly string[]): boolean {
  return path.every((segment, i) => segment === other[i]);
}

/** A variable stands for its task; an index is a part of the segment. */
function segmentText({ name, indices }: Segment, env: Env): string {
  const at = indices.map((index) => `[${canonical(evaluate(index, env))}]`).join("");
  return `${taskNamed(name.text, env) ?? name.text}${at}`;
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
      return changes.reduce<Thing>((thing, change) => {
        const { path, expr, env: place } = change;
        const text = path.join(".");
        const places = path.map((_, i) => placeOf(change, i));
        return changed(session, thing, path, (type) => evaluateAs(expr, place, type, `\`${text}\``), { text, places });
      }, target);
    case "recipe":
      return changes.reduce(
        (recipe, { path, expr, env: place, span: at }) =>
          withArgument(recipe, path.join("."), { expr, env: place, thing: undefined, span: at }),
        target,
      );
    case "poison":
      throw new Refusal();
    default:
      return session.reporter.refuse("override-target", changes[0] === undefined ? span : placeOf(changes[0], 0), {
        path: changes[0]?.path.join(".") ?? "with",
        what: describeThing(target),
      });
  }
}
