import type { Duration, StagePlan } from "../../compiler/lower/plan.ts";

/** Which stage another process is to train, and how far: its hash, and behind it a duration if it is not to the end. */
export function stageWord({ hash }: Pick<StagePlan, "hash">, limit: Duration | undefined): string {
  return limit === undefined ? hash : `${hash}:${limit.value}:${limit.unit}`;
}

/** The other way round; undefined if it is no such word. */
export function readStageWord(
  word: string,
): { readonly hash: string; readonly limit: Duration | undefined } | undefined {
  const [hash = "", value, unit, ...rest] = word.split(":");
  if (value === undefined) return { hash, limit: undefined };
  const known = (["epochs", "steps"] as const).find((each) => each === unit);
  if (known === undefined || rest.length > 0 || !(Number(value) > 0)) return undefined;
  return { hash, limit: { unit: known, value: Number(value) } };
}
