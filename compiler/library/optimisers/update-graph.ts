import { GraphBuilder } from "../../ir/builder.ts";
import { symbol } from "../../ir/dim.ts";
import type { Graph } from "../../ir/graph.ts";
import { opRules } from "../../ops/index.ts";
import * as v from "../../ops/vocabulary.ts";
import type { OptimiserRule, Settings } from "./index.ts";

/**
 * The update of any number of entries: vectors `parameter`, `gradient`, `slot/<name>` and, with a moving average, `ema` of size n;
 * scalars by name. Outputs have the names of the vectors they replace.
 */
export function updateGraph(rule: OptimiserRule, settings: Settings, withEma: boolean): Graph {
  const g = new GraphBuilder(opRules);
  const vector = (role: "parameter" | "field" | "slot", name: string) =>
    g.input(role, name, { dtype: "float32", shape: [symbol("n")] });
  const scalar = (name: string) => g.input("scalar", name, { dtype: "float32", shape: [] });
  const parameter = vector("parameter", "parameter");
  const { parameter: next, slots } = rule.update(g, {
    parameter,
    gradient: vector("field", "gradient"),
    slots: rule.slots.map((name) => vector("slot", `slot/${name}`)),
    scalars: rule.scalars.map(({ name }) => scalar(name)),
    settings,
  });
  const outputs = [
    { name: "parameter", value: next },
    ...slots.map((value, i) => ({ name: `slot/${rule.slots[i] ?? ""}`, value })),
  ];
  if (withEma) {
    // e ← e + (1 − d)(p − e)
    const ema = vector("slot", "ema");
    outputs.push({ name: "ema", value: v.add(g, ema, v.multiply(g, v.subtract(g, next, ema), scalar("ema_share"))) });
  }
  return { name: "update", outputs };
}
