import type { Body } from "./body.ts";
import type { FileScope } from "./files.ts";
import type { Session } from "./session.ts";
import type { Thing } from "./things.ts";

/** Where an expression stands: the whole check, its file, its local names, and the module body if it is in one. */
export interface Env {
  readonly session: Session;
  readonly file: FileScope;
  readonly local: Local | undefined;
  readonly body: Body | undefined;
}

/** Names of one scope, over those around it. */
export interface Local {
  readonly names: Map<string, Thing>;
  /** The labels that parameters among the names may be. */
  readonly labels: Map<string, readonly string[]>;
  readonly around: Local | undefined;
}

/** The same place with a scope of its own. */
export function inner(
  env: Env,
  names: Iterable<readonly [string, Thing]> = [],
  body: Body | undefined = env.body,
): Env {
  return { ...env, body, local: { names: new Map(names), labels: new Map(), around: env.local } };
}

export function localNamed(env: Env, name: string): Thing | undefined {
  for (let scope = env.local; scope !== undefined; scope = scope.around) {
    const thing = scope.names.get(name);
    if (thing !== undefined) return thing;
  }
  return undefined;
}

/** The labels that a local name can be, if it is a parameter that lists some (language rule 7). */
export function labelsOfParameter(env: Env, name: string): readonly string[] | undefined {
  for (let scope = env.local; scope !== undefined; scope = scope.around)
    if (scope.names.has(name)) return scope.labels.get(name);
  return undefined;
}

/** Every local name, for suggestions. */
export function localNames(env: Env): readonly string[] {
  const names: string[] = [];
  for (let scope = env.local; scope !== undefined; scope = scope.around)
    for (const name of scope.names.keys()) names.push(name);
  return names;
}
