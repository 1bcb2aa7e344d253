import type { TaskMeaning } from "../../compiler/library/task.ts";

/**
 * The challenge's measure P = (CCC of valence + CCC of arousal) / 2 + macro F1 of expressions + mean F1 of action units (paper, section
 * 4.1). Undefined unless there are two scalars, one set of classes and one of units, each with a score.
 */
export function overallScore(
  scores: readonly { readonly meaning: TaskMeaning; readonly score: number | undefined }[],
): number | undefined {
  const of = (kind: TaskMeaning["kind"]) =>
    scores.filter(({ meaning }) => meaning.kind === kind).flatMap(({ score }) => score ?? []);
  const [scalars, classes, units] = [of("scalar"), of("classes"), of("units")];
  const [first, second] = scalars;
  const [expression] = classes;
  const [action] = units;
  if (scores.length !== 4 || first === undefined || second === undefined || expression === undefined) return undefined;
  return action === undefined ? undefined : (first + second) / 2 + expression + action;
}
