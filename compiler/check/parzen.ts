import { erf } from "../ops/error-function.ts";

/** An estimate of where on one axis trials are: of a range from 0 to 1, of a list the place of a value. */
export interface Parzen {
  readonly density: (place: number) => number;
  /** `random` gives numbers evenly from 0 to 1. */
  readonly draw: (random: () => number) => number;
}

interface Kernel {
  readonly centre: number;
  readonly width: number;
  readonly weight: number;
}

/** Trials from which on the older ones count less. */
const recent = 25;
/** Kernels beyond which the least width stays. */
const mostNarrow = 100;

/**
 * Of a range: a normal distribution around each place and one around the middle, cut off at 0 and 1 (Bergstra et al., Algorithms for
 * hyper-parameter optimization, 2011, section 4.2). Each is as wide as the way to the farther of its neighbours, at least 1 / (2 + n).
 * Places stand in the order of their trials.
 */
export function rangeParzen(places: readonly number[]): Parzen {
  const order = places.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const widths = new Map<number, number>();
  const least = 1 / Math.min(mostNarrow, places.length + 2);
  order.forEach((i, rank) => {
    const own = places[i] ?? 0;
    const [before, after] = [order[rank - 1], order[rank + 1]].map((j) => (j === undefined ? undefined : places[j]));
    const gaps = [before, after].flatMap((other) => (other === undefined ? [] : [Math.abs(own - other)]));
    const width = gaps.length === 0 ? Math.max(own, 1 - own) : Math.max(...gaps);
    widths.set(i, Math.min(1, Math.max(least, width)));
  });
  const weights = weightsOf(places.length);
  const kernels = [
    ...places.map((centre, i): Kernel => ({ centre, width: widths.get(i) ?? 1, weight: weights[i] ?? 0 })),
    { centre: 0.5, width: 1, weight: weights.at(-1) ?? 0 },
  ];
  return {
    density: (place) => kernels.reduce((sum, kernel) => sum + kernel.weight * cutNormal(kernel, place), 0),
    draw: (random) => {
      const { centre, width } = kernels[drawn(weights, random)] ?? { centre: 0.5, width: 1 };
      for (;;) {
        const place = centre + width * normal(random);
        if (place >= 0 && place <= 1) return place;
      }
    },
  };
}

/** Of a list of so many values: how often each is among the places, as one more kernel says that all are alike. */
export function listParzen(places: readonly number[], count: number): Parzen {
  const weights = weightsOf(places.length);
  const kernels = places.length + 1;
  const share = Array.from({ length: count }, (_, value) =>
    weights.reduce((sum, weight, i) => {
      const own = i < places.length && places[i] === value ? 1 : 0;
      const whole = i < places.length ? 1 + count / kernels : count / kernels;
      return sum + (weight * (own + 1 / kernels)) / whole;
    }, 0),
  );
  return { density: (place) => share[place] ?? 0, draw: (random) => drawn(share, random) };
}

/** Of the places and of the kernel that knows nothing, which sum to 1. */
function weightsOf(count: number): readonly number[] {
  const old = count - recent;
  const ramp = (i: number) => (old === 1 ? 1 / count : 1 / count + (i * (1 - 1 / count)) / (old - 1));
  const weights = [...Array.from({ length: count }, (_, i) => (i < old ? ramp(i) : 1)), 1];
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

function cutNormal({ centre, width }: Kernel, place: number): number {
  const z = (place - centre) / width;
  const inside = cumulative((1 - centre) / width) - cumulative(-centre / width);
  return Math.exp(-(z * z) / 2) / (Math.sqrt(2 * Math.PI) * width * inside);
}

function cumulative(z: number): number {
  return (1 + erf(z / Math.SQRT2)) / 2;
}

/** By Box and Muller. */
function normal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

function drawn(weights: readonly number[], random: () => number): number {
  let left = random();
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return i;
  }
  return weights.length - 1;
}
