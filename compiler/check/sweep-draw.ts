import { digestOf } from "../ir/digest.ts";
import type { Entry } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import type { Env } from "./env.ts";
import { type AxisPoint, everyCombination, type Grid } from "./sweep-axes.ts";

/** Draws for each point before it is taken that there are no others. */
const patience = 50;

/**
 * Points of axes drawn at random, each trial a function of the seed and its number: lists and ranges evenly, `log` by the logarithm. A point
 * that was drawn before is drawn again; of fewer points than trials there are fewer (language rule 72).
 */
export function* drawnPoints(
  entries: readonly Entry[],
  grid: Grid & { readonly trials: number; readonly seed: number },
  env: Env,
): Generator<readonly AxisPoint[]> {
  const seen = new Set<string>();
  for (let draw = 0; draw < patience * grid.trials && seen.size < grid.trials; draw += 1) {
    const found: (readonly AxisPoint[])[] = [];
    const chosen = (axis: string) => share(`${grid.seed} ${draw} ${axis}`);
    everyCombination(entries, { ...grid, chosen }, env, (axes) => found.push(axes));
    const [axes = []] = found;
    const label = axes.map(({ name, thing }) => `${name}: ${canonical(thing)}`).join(", ");
    if (seen.has(label)) continue;
    seen.add(label);
    yield axes;
  }
}

const bits = 52;

/** Evenly from 0 to 1, of a text. */
function share(text: string): number {
  return Number.parseInt(digestOf(text).slice(0, bits / 4), 16) / 2 ** bits;
}
