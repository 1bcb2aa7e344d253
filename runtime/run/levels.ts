import type { StagePlan } from "../../compiler/lower/plan.ts";
import { neededBy } from "./plan-part.ts";

/** Stages in levels: what a stage needs of these is in the levels before its own, so that those of one level can be trained at once. */
export function levelsOf(stages: readonly StagePlan[]): readonly (readonly StagePlan[])[] {
  const byHash = new Map(stages.map((stage) => [stage.hash, stage]));
  const levels = new Map<string, number>();
  const levelOf = (stage: StagePlan): number => {
    const known = levels.get(stage.hash);
    if (known !== undefined) return known;
    const needed = neededBy(stage).flatMap((hash) => byHash.get(hash) ?? []);
    const level = Math.max(-1, ...needed.map(levelOf)) + 1;
    levels.set(stage.hash, level);
    return level;
  };
  const found: StagePlan[][] = [];
  for (const stage of byHash.values()) {
    const level = levelOf(stage);
    for (let i = found.length; i <= level; i += 1) found.push([]);
    found[level]?.push(stage);
  }
  return found;
}
