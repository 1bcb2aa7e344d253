import { weightCount } from "../lower/describe-plan.ts";
import type { Known } from "./known.ts";

/** What a spec has that can be asked about, by kind. */
export interface Listing {
  readonly stages: readonly {
    readonly name: string;
    readonly call: string;
    readonly weights: number;
    readonly trained: number;
  }[];
  readonly names: readonly { readonly kind: string; readonly name: string; readonly file: string }[];
}

/** Stages by their labels, and everything that the spec and the files it uses declare. */
export function listing({ session, stages }: Known): Listing {
  const { main } = session;
  const found = main === undefined ? [] : [...main.own, ...main.used];
  const labels = new Set(stages.map(({ plan }) => plan.label));
  return {
    stages: stages.map(({ plan: { label, call }, checked: { trained } }) => ({
      name: label,
      call,
      weights: weightCount(trained.parameters),
      trained: weightCount(trained.parameters.filter(({ group }) => group !== undefined)),
    })),
    names: found
      .filter(([name]) => !labels.has(name))
      .map(([name, { declaration, file }]) => ({ kind: declaration.kind, name, file: file.source.name })),
  };
}
