import type { HidePlan } from "../../../compiler/lower/plan.ts";
import type { Tensor } from "../../engines/engine.ts";
import { type DrawnBatch, withFeeds } from "./drawn-batch.ts";
import { uniform } from "./random.ts";

/** A batch in which whole fields are absent from some frames, or clips: 0, as is `<field>.present` (language rule 56). */
export function hideFields(batch: DrawnBatch, rules: readonly HidePlan[]): DrawnBatch {
  return rules.reduce((before, rule, i) => {
    const hidden = hiddenRows(before, rule, i);
    const names = rule.fields.flatMap((field) => [field, `${field}.present`]);
    const changed = names.flatMap((name): [string, Tensor][] => {
      const tensor = before.feeds.get(name);
      return tensor === undefined ? [] : [[name, without(tensor, hidden, before.once.has(name) ? before.length : 1)]];
    });
    return withFeeds(before, changed);
  }, batch);
}

/** For each row of the batch whether it is hidden: a draw of its own, or of its window's first row. */
function hiddenRows(
  { rows, draws, seed, epoch, length }: DrawnBatch,
  rule: HidePlan,
  number: number,
): readonly boolean[] {
  return Array.from(rows, (_, i) => {
    const place = rule.per === "clip" ? i - (i % length) : i;
    const words = [seed, epoch, rows[place] ?? -1, ...(draws?.subarray(place, place + 1) ?? []), number, 0x41de];
    return uniform(...words) < rule.share;
  });
}

/** With an entry for every so many frames: what a clip has once is hidden as in its first. */
function without(tensor: Tensor, hidden: readonly boolean[], frames: number): Tensor {
  if (tensor.data instanceof BigInt64Array) return tensor;
  const data = tensor.data.slice();
  const size = (data.length * frames) / hidden.length;
  for (let i = 0; i * frames < hidden.length; i += 1)
    if (hidden[i * frames] === true) data.fill(0, i * size, (i + 1) * size);
  return { ...tensor, data };
}
