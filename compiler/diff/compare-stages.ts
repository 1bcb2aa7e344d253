import type { Change } from "./change.ts";
import { type CostChange, compareCosts } from "./compare-costs.ts";
import { compareModels } from "./compare-models.ts";
import { samePlain } from "./compare-plain.ts";
import { compareReads } from "./compare-reads.ts";
import { compareRest } from "./compare-rest.ts";
import { compareSettings } from "./compare-settings.ts";
import { compareWeights, type WeightChanges } from "./compare-weights.ts";
import type { Side } from "./side.ts";

/** What two stages differ in, the nearest to what people write first. All lists are empty where the hashes are equal, and else not all. */
export interface StageChanges extends WeightChanges {
  /** Keys of the block, with every default, tasks and data. */
  readonly settings: readonly Change[];
  readonly loss: readonly Change[];
  /** Tensors of finished stages. */
  readonly reads: readonly Change[];
  readonly layers: readonly Change[];
  /** What is left where nothing else tells why the hashes differ. */
  readonly rest: readonly Change[];
  /** Null where nothing costs more or less. */
  readonly cost: CostChange | null;
}

const noChanges: StageChanges = {
  settings: [],
  loss: [],
  reads: [],
  layers: [],
  weights: [],
  trained: [],
  starts: [],
  rest: [],
  cost: null,
};

export function compareStages(a: Side, b: Side): StageChanges {
  const changes = compareMeanings(a, b);
  if (changes === noChanges) return noChanges;
  const cost = compareCosts(a, b);
  return { ...changes, cost: samePlain(cost.before, cost.after) ? null : cost };
}

/** All but the cost, which takes longer to count. */
export function compareMeanings(a: Side, b: Side): StageChanges {
  if (a.stage.plan.hash === b.stage.plan.hash) return noChanges;
  const { layers, terms } = compareModels(a, b);
  const told = {
    ...compareSettings(a.stage.checked, b.stage.checked, terms),
    reads: compareReads(a, b),
    layers,
    ...compareWeights(a, b),
  };
  const nothing = Object.values(told).every(({ length }) => length === 0);
  return { ...told, rest: nothing ? compareRest(a.stage, b.stage) : [], cost: null };
}
