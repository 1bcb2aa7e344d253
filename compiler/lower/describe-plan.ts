import type { ExportPlan, ParameterPlan, Plan } from "./plan.ts";

/** How many numbers the weights have. */
export function weightCount(parameters: readonly Pick<ParameterPlan, "shape">[]): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((product, dim) => product * dim, 1), 0);
}

/** What a person calls an export: its assembly, or its stage. */
export function exportName({ stages }: Plan, { of }: ExportPlan): string {
  if (of.kind === "assembly") return of.name;
  return stages.find(({ hash }) => hash === of.hash)?.label ?? of.hash;
}
