import {
  families,
  isOfFamily,
  likeliestFront,
  locate,
  nameMapOf,
  theirNames,
} from "../compiler/library/weight-names/index.ts";
import type { Plan } from "../compiler/lower/plan.ts";
import type { WeightFile } from "../runtime/weights/weight-file.ts";

/** A family that some of a file's names are of. */
export interface Likeness {
  readonly names: string;
  /** What stands before them, without a dot. */
  readonly behind: string;
  readonly tensors: number;
}

/** How much of a layer a file has, by the names of a family. */
export interface Fit extends Omit<Likeness, "tensors"> {
  readonly layer: string;
  readonly found: number;
  readonly weights: number;
}

const withoutDot = (front: string): string => front.replace(/\.$/, "");

/** Families by how many of a file's names are theirs, those with the most first. */
export function likenesses({ tensors, boxes }: WeightFile): readonly Likeness[] {
  return families
    .map((names) => {
      const map = nameMapOf(names);
      const { front, count } = likeliestFront(tensors.keys(), boxes, (bare) => isOfFamily(map, bare));
      return { names, behind: withoutDot(front), tensors: count };
    })
    .filter((each) => each.tensors > 0)
    .sort((a, b) => b.tensors - a.tensors);
}

/** Of every layer at the top of a spec's models, the families by whose names the file has most of it; without a word of those that have nothing. */
export function fitsOf({ tensors, boxes }: WeightFile, { stages }: Plan): readonly Fit[] {
  const layers = new Map<string, ReadonlySet<string>>();
  for (const { parameters, states } of stages) {
    const paths = [...parameters, ...states].map(({ path }) => path);
    for (const layer of new Set(paths.map((path) => /^[^.[]+/.exec(path)?.[0] ?? path)))
      if (!layers.has(layer)) layers.set(layer, new Set(paths.filter((path) => path.startsWith(`${layer}.`))));
  }
  return [...layers].flatMap(([layer, paths]) => {
    const fits = families.map((names) => {
      const map = nameMapOf(names);
      const wanted = [...paths].map((path) => ({ path, ways: theirNames(map, path.slice(layer.length + 1)).ways }));
      const { found, front } = locate(tensors.keys(), boxes, wanted);
      return { layer, names, behind: withoutDot(front), found: found.size, weights: paths.size };
    });
    const most = Math.max(0, ...fits.map(({ found }) => found));
    return fits.filter(({ found }) => found > 0 && found === most);
  });
}
