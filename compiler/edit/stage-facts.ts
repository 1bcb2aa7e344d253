import type { Facts, StageFact } from "./facts.ts";
import type { Entity } from "./names/entities.ts";

/** The stages that something named has to do with: those that a declaration makes, that a name is bound to, that train a model. */
export function stagesOf(facts: Facts | undefined, entity: Entity): readonly StageFact[] {
  const stages = facts?.stages ?? [];
  const file = entity.file.source.name;
  switch (entity.kind) {
    case "stage":
      return stages.filter((stage) => stage.name === entity.name && stage.file === file);
    case "binding":
      return stages.filter((stage) => stage.label === entity.name);
    case "model":
      return stages.filter((stage) => stage.model === entity.name);
    case "encoder":
      return stages.filter((stage) => entity.name in stage.parts);
    default:
      return [];
  }
}

/** `85.66 M`, in thousands, millions or thousands of millions. */
export function countText(count: number): string {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const)
    if (count >= size) return `${(count / size).toFixed(2)} ${unit}`;
  return String(count);
}

/** What is said of weights and how many of them train. */
export function weightsText({ weights, trained }: Pick<StageFact, "weights" | "trained">): string {
  if (trained === weights) return `${countText(weights)} weights`;
  return `${countText(weights)} weights, ${trained === 0 ? "none" : countText(trained)} trained`;
}

/** One for all that agree, else how many there are and between what they lie. */
export function summaryOf(stages: readonly StageFact[], entity: Entity): string | undefined {
  const [first] = stages;
  if (first === undefined) return undefined;
  if (entity.kind === "encoder") {
    const counts = stages.map(({ parts }) => parts[entity.name] ?? 0);
    return `${rangeText(counts)} weights`;
  }
  const variants = stages.length > 1 ? `${stages.length} ${entity.kind === "model" ? "stages" : "variants"} · ` : "";
  const same = stages.every(({ weights, trained }) => weights === first.weights && trained === first.trained);
  if (same) return `${variants}${weightsText(first)}`;
  const trained = stages.map((stage) => stage.trained);
  return `${variants}${rangeText(stages.map(({ weights }) => weights))} weights, ${rangeText(trained)} trained`;
}

function rangeText(counts: readonly number[]): string {
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  return countText(least) === countText(most) ? countText(most) : `${countText(least)} to ${countText(most)}`;
}
