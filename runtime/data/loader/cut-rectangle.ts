/** A rectangle by parts of the sides of a picture, whatever its size. */
export interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A rectangle of a share of the area around a centre, cut off at the border (arXiv 1905.04899, equation 2). */
export function rectangleOf(share: number, x: number, y: number): Rectangle {
  const half = Math.sqrt(share) / 2;
  const within = (place: number) => Math.min(1, Math.max(0, place));
  return { left: within(x - half), right: within(x + half), top: within(y - half), bottom: within(y + half) };
}

/** The share of pixels that lie in it, of a picture of a side. */
export function shareOf({ left, right, top, bottom }: Rectangle, side: number): number {
  const across = Math.round(right * side) - Math.round(left * side);
  const down = Math.round(bottom * side) - Math.round(top * side);
  return (across * down) / side ** 2;
}
