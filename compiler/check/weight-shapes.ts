import { sameShape } from "../ir/dim.ts";
import { squareGrid } from "../library/weight-names/index.ts";
import type { LoadedWeight } from "./weight-files.ts";

/** Why tensors of these sizes cannot be the parts of a weight, as the end of a sentence, perhaps empty; undefined where they can. */
export function shapeProblem(
  { shape, arrange }: Pick<LoadedWeight, "shape" | "arrange">,
  have: readonly (readonly number[])[],
  mayResize: boolean,
): string | undefined {
  const whole = joinedShape(have);
  if (whole === undefined) return "";
  if (arrange === "positions") return positionsProblem(shape, whole, mayResize);
  return fits(shape, whole, arrange) ? undefined : "";
}

/** Parts one after the other along the first axis. */
function joinedShape(have: readonly (readonly number[])[]): readonly number[] | undefined {
  const [first = [], ...others] = have;
  if (others.length === 0) return first;
  const rest = first.slice(1);
  if (!others.every((each) => sameShape(each.slice(1), rest))) return undefined;
  return [have.reduce((sum, [size = 1]) => sum + size, 0), ...rest];
}

/** Equal but for ones, or, as it is arranged, of another layout. */
function fits(shape: readonly number[], have: readonly number[], arrange: LoadedWeight["arrange"]): boolean {
  const bare = (sizes: readonly number[]) => sizes.filter((size) => size !== 1).join();
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  if (arrange === "transpose") return bare(shape) === bare([...have].reverse());
  if (arrange === "patches" && have.length === 4) return have[0] === shape[0] && product(have) === product(shape);
  return bare(shape) === bare(have);
}

/** A table [1, n, d] or [n, d] for one of [m, d]: as many rows, or both a grid, with or without a row before for the class token. */
function positionsProblem(shape: readonly number[], have: readonly number[], mayResize: boolean): string | undefined {
  const [rows = 0, width = 0] = shape.slice(-2);
  const [held = 0, wide = 0] = have.slice(-2);
  if (width !== wide) return "";
  if (rows === held) return undefined;
  const [to, from] = [squareGrid(rows), squareGrid(held)];
  if (to === undefined || from === undefined) return ": one of them is no square grid";
  if (to.before !== from.before) return ": one of them has a row for the class token";
  return mayResize ? undefined : ": `resize` interpolates between grids";
}
