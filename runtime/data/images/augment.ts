import type { Augmentation } from "../../../compiler/lower/plan.ts";
import { uniform } from "../loader/random.ts";
import { type AffineMap, type Mixing, type Sampler, samePlace } from "./sampler.ts";

/** One image's change of place and colour. */
export interface Change {
  /** From a place of the changed frame to that of the frame it was. */
  readonly map: AffineMap;
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

/** What augmentations do to one frame (or clip): a pure function of the words that name it. */
export function drawChange(augmentations: readonly Augmentation[], words: readonly number[]): Change {
  let map = samePlace;
  let [brightness, contrast, saturation] = [1, 1, 1];
  augmentations.forEach((each, i) => {
    const draw = (k: number) => uniform(...words, i, k);
    switch (each.kind) {
      case "flip":
        if (draw(0) < each.probability) map = after(map, [-1, 0, 0, 1, 0, 0]);
        break;
      case "crop": {
        const side = Math.sqrt(each.area[0] + (each.area[1] - each.area[0]) * draw(0));
        const room = (1 - side) / 2;
        map = after(map, [side, 0, 0, side, room * (2 * draw(1) - 1), room * (2 * draw(2) - 1)]);
        break;
      }
      case "rotate": {
        const angle = ((2 * draw(0) - 1) * each.degrees * Math.PI) / 180;
        map = after(map, [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle), 0, 0]);
        break;
      }
      case "jitter":
        brightness *= 1 + each.amount * (2 * draw(0) - 1);
        contrast *= 1 + each.amount * (2 * draw(1) - 1);
        saturation *= 1 + each.amount * (2 * draw(2) - 1);
        break;
    }
  });
  return { map, brightness, contrast, saturation };
}

/** The map that applies `second` to where `first` was applied: source = first(second(target)). */
function after(first: AffineMap, second: AffineMap): AffineMap {
  const [a, b, c, d, x, y] = first;
  const [e, f, g, h, u, w] = second;
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h, a * u + b * w + x, c * u + d * w + y];
}

/** Writes a changed frame: one pass for all moves and colours. `offset` is where the result begins. */
export function applyChange(
  sampler: Sampler,
  frame: Uint8Array,
  change: Change,
  target: Uint8Array,
  offset: number,
): void {
  const picture = { pixels: frame, width: sampler.side, height: sampler.side };
  sampler.sample(
    picture,
    change.map,
    mixingOf(change, () => sampler.lightness(picture)),
    target,
    offset,
  );
}

/** (mean + (grey + (v − grey) saturation − mean) contrast) brightness, undefined if that is v. */
function mixingOf({ brightness, contrast, saturation }: Change, mean: () => number): Mixing | undefined {
  if (brightness === 1 && contrast === 1 && saturation === 1) return undefined;
  const factor = contrast * brightness;
  return {
    own: saturation * factor,
    grey: (1 - saturation) * factor,
    constant: contrast === 1 ? 0 : mean() * (1 - contrast) * brightness,
  };
}
