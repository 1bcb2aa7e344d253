import type { CheckedStage } from "../check/check-stage.ts";
import { completed } from "../check/completed.ts";
import { type Env, inner } from "../check/env.ts";
import { forEachSuffix, keyOf, takenBranch } from "../check/evaluate.ts";
import { patternKeys, patternValue } from "../check/keys.ts";
import { patternOf } from "../check/pattern.ts";
import { entryOf, stageEntry } from "../check/stage-entry.ts";
import type { StageThing } from "../check/things.ts";
import { any, type Type } from "../check/type.ts";
import type { Expr } from "../syntax/ast.ts";
import { exprText } from "./expr-text.ts";
import { thingText } from "./thing-text.ts";

export interface MapEntry {
  readonly key: string;
  readonly value: string;
}

type MapKey = "loss" | "show" | "init" | "params" | "adapt";

/** What a key of the block says, with its place: the override of all of it, or else the block's own. */
function givenExpr(
  stage: StageThing,
  key: MapKey,
  scope: Env,
): { readonly expr: Expr; readonly place: Env } | undefined {
  const whole = stage.changes.findLast(({ path }) => path.length === 1 && path[0] === key);
  const given = whole?.expr ?? entryOf(stage, key)?.value;
  if (given === undefined) return undefined;
  const place = whole === undefined ? scope : inner(scope, whole.env.local?.names ?? []);
  return { expr: takenBranch(given, place), place };
}

/** `init`, `params` or `adapt`: entries by pattern, a value that is no map, or nothing where the key is not set. */
export function patternEntries(
  key: "init" | "params" | "adapt",
  { stage, loss }: CheckedStage,
): readonly MapEntry[] | string | undefined {
  const given = givenExpr(stage, key, loss.scope);
  const wanted: Type = key === "params" ? patternValue : any;
  const entries: PatternEntry[] = [];
  if (given !== undefined && given.expr.kind !== "map") return exprText(given.expr, given.place, wanted);
  for (const entry of given?.expr.kind === "map" ? given.expr.entries : []) {
    forEachSuffix(entry.suffixes, given?.place ?? loss.scope, (here) => {
      const { name } = patternOf(entry.path, here);
      const parts = key === "params" && entry.value.kind === "map" ? entry.value.entries : undefined;
      const values = parts?.map(
        (part) => [part.path.segments[0]?.name.text ?? "", exprText(part.value, here)] as const,
      );
      entries.push({ key: name, value: values === undefined ? exprText(entry.value, here, wanted) : new Map(values) });
    });
  }
  for (const { path, expr, env } of stage.changes) {
    if (path[0] !== key || path.length < 2) continue;
    const place = inner(loss.scope, env.local?.names ?? []);
    const last = path.at(-1) ?? "";
    const property = key === "params" && Object.hasOwn(patternKeys, last);
    const value = exprText(expr, place, property ? any : wanted);
    const name = path.slice(1, property ? -1 : undefined).join(".");
    // What the override sets, the lines before need not set.
    for (const before of entries) if (before.key === name && before.value instanceof Map) before.value.delete(last);
    entries.push({ key: name, value: property ? new Map([[last, value]]) : value });
  }
  if (given === undefined && entries.length === 0) return undefined;
  return entries.flatMap(({ key: name, value }) => {
    if (typeof value === "string") return [{ key: name, value }];
    const parts = [...value].map(([part, text]) => `${part}: ${text}`);
    return parts.length === 0 ? [] : [{ key: name, value: `{${parts.join(", ")}}` }];
  });
}

/** What a pattern is set to: a word or a call, or properties. */
interface PatternEntry {
  readonly key: string;
  readonly value: string | Map<string, string>;
}

/** The terms of the loss, or the pictures that are shown, as they were given; undefined where the stage gives none. */
export function tensorEntries(key: "loss" | "show", { stage, loss }: CheckedStage): readonly MapEntry[] | undefined {
  const things = stageEntry(stage, key, loss.scope);
  if (things?.kind !== "map") return undefined;
  const given = givenExpr(stage, key, loss.scope);
  const written = new Map<string, string>();
  if (given?.expr.kind === "map") {
    for (const { suffixes, path, value } of given.expr.entries)
      forEachSuffix(suffixes, given.place, (here) => written.set(keyOf(path, here), exprText(value, here)));
  }
  for (const { path, expr, env } of stage.changes)
    if (path[0] === key && path[1] !== undefined && path.length === 2)
      written.set(path[1], exprText(expr, inner(loss.scope, env.local?.names ?? [])));
  return [...things.entries].map(([name, thing]) => ({
    key: name,
    // A tensor is no text: what makes it is.
    value:
      thingText(completed(thing)) ??
      written.get(name) ??
      `${given === undefined ? "" : exprText(given.expr, given.place)}.${name}`,
  }));
}
