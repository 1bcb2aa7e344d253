import { nodesOf } from "../ir/graph.ts";
import type { PlannedStage } from "../lower/make-plan.ts";
import { decidingGraph } from "../lower/stage-plan.ts";
import { bothKeys, type Change, changeOf } from "./change.ts";
import { comparePlain } from "./compare-plain.ts";

/** What makes two hashes differ where no setting, layer or weight does: how many ops there are, or the order of things. */
export function compareRest(a: PlannedStage, b: PlannedStage): readonly Change[] {
  const [x, y] = [opCounts(a), opCounts(b)];
  const ops = bothKeys(x.keys(), y.keys()).flatMap((op) =>
    changeOf(`graph.${op}`, String(x.get(op) ?? 0), String(y.get(op) ?? 0)),
  );
  const orders = comparePlain("", described(a), described(b)).map(
    ({ path, before, after }): Change => ({
      path: `order.${path}`,
      kind: "changed",
      before: isShort(before) && isShort(after) ? before : null,
      after: isShort(before) && isShort(after) ? after : null,
    }),
  );
  const rest = [...ops, ...orders];
  return rest.length > 0 ? rest : [{ path: "graph", kind: "changed", before: null, after: null }];
}

function opCounts({ checked }: PlannedStage): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of nodesOf(decidingGraph(checked))) counts.set(op, (counts.get(op) ?? 0) + 1);
  return counts;
}

/** All of the plan that decides identity beside the graph. */
function described({ plan }: PlannedStage): unknown {
  return JSON.parse(plan.resolved);
}

function isShort(text: string | null): boolean {
  return text !== null && text.length <= 100;
}
