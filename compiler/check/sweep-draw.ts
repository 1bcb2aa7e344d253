import { digestOf } from "../ir/digest.ts";
import type { TrialResult } from "../lower/results.ts";
import type { Entry } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import type { Env } from "./env.ts";
import { listParzen, rangeParzen } from "./parzen.ts";
import { type AxisPoint, everyCombination, type Grid, indexIn } from "./sweep-axes.ts";

export interface Drawing extends Grid {
  /** At random, or by tree-structured Parzen estimators. */
  readonly kind: "random" | "tpe";
  readonly trials: number;
  readonly seed: number;
  /** Whether what trials reached decides which follow, or that none does. */
  readonly inRounds: boolean;
  /** Whether none follows those whose results are known. */
  readonly over: boolean;
}

export interface Drawn {
  readonly points: readonly (readonly AxisPoint[])[];
  /** Whether others follow once the results of these are known. */
  readonly open: boolean;
}

/** Draws for each point before it is taken that there are no others. */
const patience = 50;
/** Trials at random before there is something to learn from, and how many are then drawn at a time, side by side. */
const [firstRound, laterRounds] = [10, 4];
/** Places among which the most promising is taken. */
const candidates = 24;
/** The better trials are a tenth of all, and never more than these. */
const [betterShare, mostBetter] = [0.1, 25];

/** A trial's places by axis: of a range from 0 to 1, of a list the value. */
type Places = ReadonlyMap<string, number | string>;

/**
 * Points of axes, each trial a function of the seed, its number and the results of the rounds before its own: lists and ranges evenly, `log`
 * by the logarithm. A point that was drawn before is drawn again; of fewer points than trials there are fewer (language rule 72).
 */
export function drawnPoints(
  entries: readonly Entry[],
  drawing: Drawing,
  results: readonly TrialResult[],
  env: Env,
): Drawn {
  const { trials, seed } = drawing;
  const points: (readonly AxisPoint[])[] = [];
  const past: Places[] = [];
  const seen = new Set<string>();
  let known = 0;
  let wanted = drawing.over ? results.length : endOfRound(drawing, known);
  for (let draw = 0; draw < patience * wanted && points.length < wanted; draw += 1) {
    const places = new Map<string, number | string>();
    const learnt = drawing.kind === "tpe" ? halves(past, results.slice(0, startOfRound(points.length))) : undefined;
    const chosen = (axis: string, values?: readonly string[]): number => {
      const even = share(`${seed} ${draw} ${axis}`);
      const place = learnt === undefined ? even : promising(axis, values, learnt, `${seed} ${draw} ${axis}`);
      places.set(axis, values?.[indexIn(values, place)] ?? place);
      return place;
    };
    const found: (readonly AxisPoint[])[] = [];
    everyCombination(entries, { ...drawing, chosen }, env, (axes) => found.push(axes));
    const [axes = []] = found;
    const label = pointText(axes);
    if (seen.has(label)) continue;
    seen.add(label);
    points.push(axes);
    past.push(places);
    if (known === points.length - 1 && results[known]?.point === label) known += 1;
    if (!drawing.over) wanted = endOfRound(drawing, known);
  }
  return { points, open: !drawing.over && points.length === wanted && wanted < trials };
}

/** What a trial's axes are, as text. */
export function pointText(axes: readonly AxisPoint[]): string {
  return axes.map(({ name, thing }) => `${name}: ${canonical(thing)}`).join(", ");
}

/** The first trial of the round that one is in. */
function startOfRound(trial: number): number {
  return trial < firstRound ? 0 : trial - ((trial - firstRound) % laterRounds);
}

/** How many trials there are while the results of so many are known. */
function endOfRound({ trials, inRounds }: Drawing, known: number): number {
  if (!inRounds) return trials;
  return Math.min(trials, known < firstRound ? firstRound : startOfRound(known) + laterRounds);
}

interface Halves {
  readonly better: readonly Places[];
  readonly worse: readonly Places[];
}

/** The better trials and the others, each in their order; undefined while there are too few to learn from. */
function halves(past: readonly Places[], results: readonly TrialResult[]): Halves | undefined {
  if (results.length < firstRound) return undefined;
  const order = results.map((_, i) => i).sort((a, b) => compare(results[a], results[b]));
  const better = new Set(order.slice(0, Math.min(mostBetter, Math.ceil(betterShare * results.length))));
  const told = past.slice(0, results.length);
  return { better: told.filter((_, i) => better.has(i)), worse: told.filter((_, i) => !better.has(i)) };
}

/** The best first: by its value, but before those that were ended earlier; what failed stands last. */
function compare(a: TrialResult | undefined, b: TrialResult | undefined): number {
  const rank = (trial: TrialResult | undefined) => {
    if (trial === undefined || trial.value === null) return -1;
    return trial.ended ?? Number.MAX_SAFE_INTEGER;
  };
  return rank(b) - rank(a) || (b?.value ?? 0) - (a?.value ?? 0);
}

/** A place that is more usual among the better trials than among the others, the most so of some that are drawn. */
function promising(
  axis: string,
  values: readonly string[] | undefined,
  { better, worse }: Halves,
  key: string,
): number {
  let calls = 0;
  const random = () => share(`${key} ${calls++}`);
  const estimate = (trials: readonly Places[]) => {
    const places = trials.flatMap((trial) => trial.get(axis) ?? []);
    if (values === undefined) return rangeParzen(places.filter((place) => typeof place === "number"));
    const among = places.flatMap((place) => (typeof place === "string" ? [values.indexOf(place)] : []));
    return listParzen(
      among.filter((index) => index >= 0),
      values.length,
    );
  };
  const [good, bad] = [estimate(better), estimate(worse)];
  let best = { place: 0, gain: Number.NEGATIVE_INFINITY };
  for (let i = 0; i < candidates; i += 1) {
    const place = good.draw(random);
    const gain = Math.log(good.density(place)) - Math.log(bad.density(place));
    if (gain > best.gain) best = { place, gain };
  }
  return values === undefined ? best.place : (best.place + 0.5) / values.length;
}

const bits = 52;

/** Evenly from 0 to 1, of a text. */
function share(text: string): number {
  return Number.parseInt(digestOf(text).slice(0, bits / 4), 16) / 2 ** bits;
}
