import type { Known } from "../explain/known.ts";
import type { PlannedStage } from "../lower/make-plan.ts";

/** A stage with the spec that it is of. */
export interface Side {
  readonly stage: PlannedStage;
  readonly known: Known;
}

/** Hashes as people tell stages apart: by label, and where both sides call different stages so, by the beginning of the hash too. */
export function stageNames(a: Side, b: Side): readonly [(hash: string) => string, (hash: string) => string] {
  const hashesOf = ({ known }: Side) => new Map(known.stages.map(({ plan }) => [plan.label, plan]));
  const naming = (own: Side, others: ReturnType<typeof hashesOf>) => (hash: string) => {
    const label = own.known.nameOf(hash);
    const other = others.get(label);
    return other === undefined || other.hash === hash ? label : `${label} #${hash.slice(0, shownDigits)}`;
  };
  return [naming(a, hashesOf(b)), naming(b, hashesOf(a))];
}

/** So many digits of a hash tell two things apart for a reader. */
export const shownDigits = 8;
