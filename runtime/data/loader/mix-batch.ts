import type { MixPlan } from "../../../compiler/lower/plan.ts";
import type { Tensor } from "../../engines/engine.ts";
import { beta } from "./beta.ts";
import { type Rectangle, rectangleOf, shareOf } from "./cut-rectangle.ts";
import { type DrawnBatch, withFeeds } from "./drawn-batch.ts";
import { epochOrder, hash, uniform } from "./random.ts";

/** What a window is mixed with: so much of itself, the rest of another; of pictures, what lies in a rectangle. */
interface Pair {
  readonly other: number;
  readonly share: number;
  readonly cut: Rectangle | undefined;
}

/**
 * A batch whose windows are mixed in pairs, each with the next in a drawn order, by one of the rules, drawn for the batch (language
 * rule 56). Fields and labels are shared out; masks are multiplied, so that what either lacks is missing. Windows that do not count stay.
 */
export function mixBatch(batch: DrawnBatch, rules: readonly MixPlan[]): DrawnBatch {
  const { seed, epoch, index, windows, feeds } = batch;
  const rule = rules[Math.floor(uniform(seed, epoch, index, 0x312e) * rules.length)];
  if (rule === undefined || windows < 2) return batch;
  const order = epochOrder(windows, hash(seed, epoch, index, 0x9a12), 0);
  const side = [...feeds.values()].find(({ dtype }) => dtype === "uint8")?.shape.at(-2) ?? 1;
  const pairs: (Pair | undefined)[] = Array.from({ length: windows });
  order.forEach((window, k) => {
    const words = [seed, epoch, index, window, 0xbe7a];
    const drawn = beta(rule.alpha, ...words);
    const cut = rule.kind === "cutmix" ? rectangleOf(1 - drawn, uniform(...words, 2), uniform(...words, 3)) : undefined;
    const share = cut === undefined ? drawn : 1 - shareOf(cut, side);
    pairs[window] = { other: order[(k + 1) % windows] ?? window, share, cut };
  });
  return withFeeds(
    batch,
    [...feeds].map(([name, tensor]) => [name, mixed(name, tensor, pairs)]),
  );
}

type Numbers = Exclude<Tensor["data"], BigInt64Array>;

function mixed(name: string, tensor: Tensor, pairs: readonly (Pair | undefined)[]): Tensor {
  const { shape, data } = tensor;
  if (data instanceof BigInt64Array) return tensor;
  const size = data.length / (shape[0] ?? 1);
  const result = data.slice();
  const multiplies = name === "present" || name.endsWith(".mask");
  pairs.forEach((pair, window) => {
    if (pair === undefined) return;
    const [own, other] = [window * size, pair.other * size];
    if (tensor.dtype === "uint8" && pair.cut !== undefined) {
      paste({ shape, data }, result, own, other, pair.cut);
      return;
    }
    for (let i = 0; i < size; i += 1) {
      const [a, b] = [data[own + i] ?? 0, data[other + i] ?? 0];
      const value = multiplies ? a * b : pair.share * a + (1 - pair.share) * b;
      result[own + i] = tensor.dtype === "uint8" ? Math.round(value) : value;
    }
  });
  return { ...tensor, data: result };
}

/** Takes the rectangle of every frame of a window, [.., height, width, 3], from another. */
function paste(
  { shape, data }: { readonly shape: readonly number[]; readonly data: Numbers },
  result: Numbers,
  own: number,
  other: number,
  cut: Rectangle,
): void {
  const [height = 1, width = 1, channels = 1] = shape.slice(-3);
  const frames = data.length / ((shape[0] ?? 1) * height * width * channels);
  const place = (part: number, whole: number) => Math.round(part * whole);
  for (let frame = 0; frame < frames; frame += 1) {
    for (let y = place(cut.top, height); y < place(cut.bottom, height); y += 1) {
      const line = (frame * height + y) * width * channels;
      const [from, to] = [line + place(cut.left, width) * channels, line + place(cut.right, width) * channels];
      for (let i = from; i < to; i += 1) result[own + i] = data[other + i] ?? 0;
    }
  }
}
