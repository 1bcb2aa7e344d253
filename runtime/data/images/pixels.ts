import { mixed, mixedWords } from "../loader/random.ts";
import { normalQuantiles } from "./normal-quantiles.ts";

/** A rectangle in parts of the frame's side; `down` and `right` say where in the room that it leaves, from 0 to 1. */
export interface Area {
  readonly height: number;
  readonly width: number;
  readonly down: number;
  readonly right: number;
}

/** Turns the hue of every pixel by a part of the circle, at the same value and saturation (Smith, SIGGRAPH 1978). */
export function turnHue(pixels: Uint8Array, turn: number): void {
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const red = pixels[i] ?? 0;
    const green = pixels[i + 1] ?? 0;
    const blue = pixels[i + 2] ?? 0;
    const most = Math.max(red, green, blue);
    const least = Math.min(red, green, blue);
    const spread = most - least;
    if (spread === 0) continue;
    const sextant =
      most === red ? (green - blue) / spread : most === green ? 2 + (blue - red) / spread : 4 + (red - green) / spread;
    const place = (((sextant + 6 * turn) % 6) + 6) % 6;
    const sector = Math.floor(place);
    const along = spread * (place - sector);
    const third = Math.round(sector % 2 === 0 ? least + along : most - along);
    // In each of the six sectors of the circle another channel has the greatest, the least or the third value.
    const greatest = Math.floor(((sector + 1) % 6) / 2);
    const smallest = (Math.floor(sector / 2) + 2) % 3;
    pixels[i + greatest] = most;
    pixels[i + smallest] = least;
    pixels[i + (3 - greatest - smallest)] = third;
  }
}

/** Fills a rectangle of a frame [side, side, 3] with the frame's mean colour, which is about 0 once pictures are normalised. */
export function eraseRectangle(pixels: Uint8Array, side: number, area: Area): void {
  const height = Math.round(area.height * side);
  const width = Math.round(area.width * side);
  if (height < 1 || width < 1) return;
  const top = Math.min(side - height, Math.floor(area.down * (side - height + 1)));
  const left = Math.min(side - width, Math.floor(area.right * (side - width + 1)));
  const sums = [0, 0, 0];
  for (let i = 0; i < pixels.length; i += 1) sums[i % 3] = (sums[i % 3] ?? 0) + (pixels[i] ?? 0);
  const colour = sums.map((sum) => Math.round(sum / (side * side)));
  for (let row = top; row < top + height; row += 1)
    for (let i = 3 * (row * side + left); i < 3 * (row * side + left + width); i += 1) pixels[i] = colour[i % 3] ?? 0;
}

/** Adds normal noise of a deviation, of values from 0 to 1, to every value: a pure function of the seed and the value's place. */
export function addNoise(pixels: Uint8Array, deviation: number, seed: number): void {
  const quantiles = normalQuantiles();
  const start = mixedWords(seed);
  for (let i = 0; i < pixels.length; i += 2) {
    const bits = mixed(start, i);
    const strength = 255 * deviation;
    pixels[i] = clamped((pixels[i] ?? 0) + strength * (quantiles[bits & 0xffff] ?? 0));
    if (i + 1 < pixels.length) pixels[i + 1] = clamped((pixels[i + 1] ?? 0) + strength * (quantiles[bits >>> 16] ?? 0));
  }
}

function clamped(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
