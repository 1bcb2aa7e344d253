import type { Augmentation } from "../../../compiler/lower/plan-augment.ts";
import { hash, uniform } from "../loader/random.ts";
import { type Area, addNoise, eraseRectangle, turnHue } from "./pixels.ts";
import { type AffineMap, type Mixing, type Picture, type Sampler, samePlace } from "./sampler.ts";

/** What is done to one frame, pass by pass. */
export type Change = readonly Pass[];

type Pass =
  | Move
  | { readonly kind: "erase"; readonly area: Area }
  | { readonly kind: "noise"; readonly deviation: number; readonly seed: number };

/** One pass for moves and colours. */
interface Move {
  readonly kind: "move";
  /** From a place of the changed frame to that of the frame it was. */
  readonly map: AffineMap;
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** A part of the circle. */
  readonly hue: number;
}

const still: Move = { kind: "move", map: samePlace, brightness: 1, contrast: 1, saturation: 1, hue: 0 };

/** What names a draw apart from the frame. */
export interface Draw {
  /** The words that name the frame's clip, for what is drawn once for all of its frames; without, each frame is one. */
  readonly clip?: readonly number[];
  /** For each augmentation the value that its schedule has now; undefined where it has none. */
  readonly strengths?: readonly (number | undefined)[];
}

/** What augmentations do to one frame: a pure function of the words that name it, and of those of its clip. */
export function drawChange(
  augmentations: readonly Augmentation[],
  words: readonly number[],
  { clip = words, strengths }: Draw = {},
): Change {
  const passes: Pass[] = [];
  /** Pictures are moved and coloured in one pass until something else comes, or the hue was turned: only then does the order of colours matter. */
  const move = (change: (before: Move) => Move) => {
    const last = passes.at(-1);
    if (last?.kind === "move") passes[passes.length - 1] = change(last);
    else passes.push(change(still));
  };
  augmentations.forEach((each, i) => {
    const named = each.per === "clip" ? clip : words;
    const draw = (k: number) => uniform(...named, i, k);
    const either = (k: number) => 2 * draw(k) - 1;
    if (each.share !== undefined && draw(places.share) >= each.share) return;
    switch (each.kind) {
      case "flip":
        if (draw(0) < each.probability) move((before) => moved(before, [-1, 0, 0, 1, 0, 0]));
        break;
      case "crop": {
        const side = Math.sqrt(each.area[0] + (each.area[1] - each.area[0]) * draw(0));
        const room = (1 - side) / 2;
        const [right, down] = [room * either(1), room * either(2)];
        move((before) => moved(before, [side, 0, 0, side, right, down]));
        break;
      }
      case "rotate": {
        const [cos, sin] = turned(either(0) * each.degrees);
        move((before) => moved(before, [cos, -sin, sin, cos, 0, 0]));
        break;
      }
      case "affine": {
        const scale = each.scale[0] + (each.scale[1] - each.scale[0]) * draw(1);
        const map = affineMap(either(0) * each.rotate, scale, each.shift * either(2), each.shift * either(3));
        move((before) => moved(before, map));
        break;
      }
      case "jitter": {
        const { amount, contrast = amount, saturation = amount, hue = 0 } = each;
        const last = passes.at(-1);
        if (last?.kind === "move" && last.hue !== 0) passes.push(still);
        move((before) => ({
          ...before,
          brightness: before.brightness * (1 + amount * either(0)),
          contrast: before.contrast * (1 + contrast * either(1)),
          saturation: before.saturation * (1 + saturation * either(2)),
          hue: hue === 0 ? 0 : hue * either(3),
        }));
        break;
      }
      case "erase": {
        const area = draw(0) < each.probability ? drawnArea(draw) : undefined;
        if (area !== undefined) passes.push({ kind: "erase", area });
        break;
      }
      case "noise": {
        const deviation = strengths?.[i];
        if (deviation === undefined) throw new Error("how strong noise is now is not said");
        if (deviation > 0) passes.push({ kind: "noise", deviation, seed: hash(...named, i) });
        break;
      }
    }
  });
  return passes;
}

/** Draws that must not disturb those with lower numbers. */
const places = { share: 0x5a, attempts: 10 } as const;
/** Shares of the frame's area, and heights over widths, that are erased (arXiv 1708.04896; torchvision's RandomErasing). */
const erased = { area: [0.02, 0.33], ratio: [0.3, 3.3] } as const;

/** A rectangle within the frame; undefined if none of some attempts fits. */
function drawnArea(draw: (k: number) => number): Area | undefined {
  for (let attempt = 0; attempt < places.attempts; attempt += 1) {
    const [from, to] = erased.area;
    const [low, high] = erased.ratio.map(Math.log);
    const area = from + (to - from) * draw(4 * attempt + 1);
    const ratio = Math.exp((low ?? 0) + ((high ?? 0) - (low ?? 0)) * draw(4 * attempt + 2));
    const [height, width] = [Math.sqrt(area * ratio), Math.sqrt(area / ratio)];
    if (height < 1 && width < 1) return { height, width, down: draw(4 * attempt + 3), right: draw(4 * attempt + 4) };
  }
  return undefined;
}

/**
 * Turned clockwise by degrees and scaled about the middle, then moved by shares of the side: a point p goes to scale R p + t, so what is
 * at q comes from R⁻¹ (q − t) / scale.
 */
export function affineMap(degrees: number, scale: number, right: number, down: number): AffineMap {
  const [cos, sin] = turned(degrees);
  const [a, b, c, d] = [cos / scale, sin / scale, -sin / scale, cos / scale];
  return [a, b, c, d, -(a * right + b * down), -(c * right + d * down)];
}

function turned(degrees: number): readonly [number, number] {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}

function moved(before: Move, map: AffineMap): Move {
  return { ...before, map: after(before.map, map) };
}

/** The map that applies `second` to where `first` was applied: source = first(second(target)). */
function after(first: AffineMap, second: AffineMap): AffineMap {
  const [a, b, c, d, x, y] = first;
  const [e, f, g, h, u, w] = second;
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h, a * u + b * w + x, c * u + d * w + y];
}

/** Writes a picture as a frame, changed. `offset` is where the frame begins. */
export function applyChange(
  sampler: Sampler,
  picture: Picture,
  change: Change,
  target: Uint8Array,
  offset: number,
): void {
  const { side } = sampler;
  const frame = target.subarray(offset, offset + 3 * side * side);
  let source = picture;
  if (change[0]?.kind !== "move") sampler.place(picture, target, offset);
  for (const pass of change) {
    if (pass.kind === "move") {
      const before = source;
      sampler.sample(
        before,
        pass.map,
        mixingOf(pass, () => sampler.lightness(before)),
        target,
        offset,
      );
      if (pass.hue !== 0) turnHue(frame, pass.hue);
    } else if (pass.kind === "erase") eraseRectangle(frame, side, pass.area);
    else addNoise(frame, pass.deviation, pass.seed);
    source = { pixels: frame, width: side, height: side };
  }
}

/** (mean + (grey + (v − grey) saturation − mean) contrast) brightness, undefined if that is v. */
function mixingOf({ brightness, contrast, saturation }: Move, mean: () => number): Mixing | undefined {
  if (brightness === 1 && contrast === 1 && saturation === 1) return undefined;
  const factor = contrast * brightness;
  return {
    own: saturation * factor,
    grey: (1 - saturation) * factor,
    constant: contrast === 1 ? 0 : mean() * (1 - contrast) * brightness,
  };
}
