import type { Augmentation } from "../../../compiler/lower/plan.ts";
import { uniform } from "../loader/random.ts";

/** One image's change of place and colour. */
export interface Change {
  /** Inverse affine map in units of the image's side, centre at 0: source = m · target + offset. */
  readonly map: readonly [number, number, number, number, number, number];
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

/** What augmentations do to one frame (or clip): a pure function of the words that name it. */
export function drawChange(augmentations: readonly Augmentation[], words: readonly number[]): Change {
  let map: Change["map"] = [1, 0, 0, 1, 0, 0];
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
function after(first: Change["map"], second: Change["map"]): Change["map"] {
  const [a, b, c, d, x, y] = first;
  const [e, f, g, h, u, w] = second;
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h, a * u + b * w + x, c * u + d * w + y];
}

const isPlain = ({ map: [a, b, c, d, x, y], brightness, contrast, saturation }: Change) =>
  a === 1 &&
  b === 0 &&
  c === 0 &&
  d === 1 &&
  x === 0 &&
  y === 0 &&
  brightness === 1 &&
  contrast === 1 &&
  saturation === 1;

/**
 * Writes a changed image: one bilinear pass for all moves (edges continued), colours in the same pass. Both are bytes
 * [side, side, 3]; `offset` is where the result begins.
 */
export function applyChange(
  source: Uint8Array,
  side: number,
  change: Change,
  target: Uint8Array,
  offset: number,
): void {
  if (isPlain(change)) {
    target.set(source, offset);
    return;
  }
  const [a, b, c, d, x0, y0] = change.map;
  const mean = change.contrast === 1 ? 0 : meanLightness(source);
  const half = side / 2;
  const last = side - 1;
  let to = offset;
  for (let row = 0; row < side; row += 1) {
    const v = row + 0.5 - half;
    for (let column = 0; column < side; column += 1) {
      const u = column + 0.5 - half;
      const x = Math.min(last, Math.max(0, a * u + b * v + x0 * side + half - 0.5));
      const y = Math.min(last, Math.max(0, c * u + d * v + y0 * side + half - 0.5));
      const left = Math.floor(x);
      const top = Math.floor(y);
      const fx = x - left;
      const fy = y - top;
      const right = left < last ? 3 : 0;
      const below = top < last ? 3 * side : 0;
      const at = 3 * (top * side + left);
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let channel = 0; channel < 3; channel += 1) {
        const p = at + channel;
        const upper = (source[p] ?? 0) * (1 - fx) + (source[p + right] ?? 0) * fx;
        const lower = (source[p + below] ?? 0) * (1 - fx) + (source[p + below + right] ?? 0) * fx;
        const value = upper * (1 - fy) + lower * fy;
        if (channel === 0) red = value;
        else if (channel === 1) green = value;
        else blue = value;
      }
      const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
      target[to] = colour(red, grey, mean, change);
      target[to + 1] = colour(green, grey, mean, change);
      target[to + 2] = colour(blue, grey, mean, change);
      to += 3;
    }
  }
}

function colour(value: number, grey: number, mean: number, { brightness, contrast, saturation }: Change): number {
  const saturated = grey + (value - grey) * saturation;
  const contrasted = mean + (saturated - mean) * contrast;
  return Math.min(255, Math.max(0, Math.round(contrasted * brightness)));
}

function meanLightness(image: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i + 2 < image.length; i += 3)
    sum += 0.299 * (image[i] ?? 0) + 0.587 * (image[i + 1] ?? 0) + 0.114 * (image[i + 2] ?? 0);
  return (3 * sum) / image.length;
}
