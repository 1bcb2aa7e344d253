import { counted } from "../lower/describe-plan.ts";
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

function range(counts: readonly number[]): string {
  const [least, most] = [counted(Math.min(...counts)), counted(Math.max(...counts))];
  return least === most ? most : `${least} to ${most}`;
}

/** What is said of weights, how many of them train, and what a frame costs; of several stages, between what they lie. */
export function sizeText(stages: readonly Pick<StageFact, "weights" | "trained" | "flops">[]): string {
  const weights = range(stages.map((stage) => stage.weights));
  const all = stages.every((stage) => stage.trained === stage.weights);
  const none = stages.every(({ trained }) => trained === 0);
  const trained = all ? "" : `, ${none ? "none" : range(stages.map((stage) => stage.trained))} trained`;
  const flops = stages.flatMap((stage) => stage.flops ?? []);
  const cost = flops.length === 0 ? "" : ` · ${range(flops).replace(/(\d)$/, "$1 ")}FLOPs a frame`;
  return `${weights} weights${trained}${cost}`;
}

/** A line for all stages of something; undefined where there are none. */
export function summaryOf(stages: readonly StageFact[], entity: Entity): string | undefined {
  if (stages.length === 0) return undefined;
  if (entity.kind === "encoder") return `${range(stages.map(({ parts }) => parts[entity.name] ?? 0))} weights`;
  const variants = stages.length > 1 ? `${stages.length} ${entity.kind === "model" ? "stages" : "variants"} · ` : "";
  return `${variants}${sizeText(stages)}`;
}
