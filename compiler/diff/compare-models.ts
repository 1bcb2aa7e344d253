import { Paths } from "../draw/paths.ts";
import { bothKeys, type Change } from "./change.ts";
import { comparePlaces, opsText } from "./compare-places.ts";
import { type Folded, foldByPath, type Leaf } from "./fold-by-path.ts";
import { Layers, type Place } from "./layers.ts";
import type { Side } from "./side.ts";

export interface ModelChanges {
  readonly layers: readonly Change[];
  /** Terms of the loss that compute something else, by name. */
  readonly terms: ReadonlyMap<string, Change>;
}

interface Difference extends Change, Leaf {
  readonly sized: boolean;
}

type Places = ReadonlyMap<string, Place>;

/** What the graphs of two stages differ in, layer by layer; what has only another name, and no weights, is the same. */
export function compareModels(a: Side, b: Side): ModelChanges {
  const numbers = new Map<string, number>();
  const [layersOfA, layersOfB] = [new Layers(a.stage.checked, numbers), new Layers(b.stage.checked, numbers)];
  const clips = (a.stage.plan.clip === undefined) !== (b.stage.plan.clip === undefined);
  const before = new Map([...layersOfA.places(new Map())].map((place) => [place.path, place]));
  const after = new Map<string, Place>();
  const renames = new Map<string, string>();
  for (const place of layersOfB.places(renames)) {
    const same = layersOfA.has(place.path) ? undefined : underAnotherName(place, before, layersOfB);
    if (same === undefined) after.set(place.path, place);
    else {
      renames.set(place.path, same);
      before.delete(same);
    }
  }
  const terms = differencesOf(byPath(layersOfA.terms(new Map())), byPath(layersOfB.terms(renames)), clips);
  const [pathsOfA, pathsOfB] = [pathsOf(a), pathsOf(b)];
  const places = differencesOf(before, after, clips);
  const told = foldByPath(places.map((each) => (each.sized ? { ...each, key: "" } : each)));
  return {
    layers: [...told.map((folded) => changeAt(folded, pathsOfA, pathsOfB)), ...sizeChanges(places)],
    terms: new Map(terms.filter(({ key }) => key !== "").map((term) => [term.path.replace(/^loss /, ""), term])),
  };
}

/** The name that a place without weights has on the other side alone, where it is the same. */
function underAnotherName({ weighted, signature }: Place, others: Places, own: Layers): string | undefined {
  if (weighted) return undefined;
  return [...others.values()].find((place) => place.signature === signature && !own.has(place.path))?.path;
}

function byPath(places: Iterable<Place>): Places {
  return new Map([...places].map((place) => [place.path, place]));
}

function pathsOf({ stage: { checked }, known }: Side): Paths {
  const { model } = checked.built;
  return new Paths(known.trace.of(model.g), model.encoders);
}

function differencesOf(a: Places, b: Places, clips: boolean): readonly Difference[] {
  return bothKeys(a.keys(), b.keys()).map((path): Difference => {
    const [x, y] = [a.get(path), b.get(path)];
    if (x === undefined || y === undefined) {
      const kind = x === undefined ? "added" : "removed";
      const text = (place: Place | undefined) => (place === undefined ? null : opsText(place));
      return { path, key: kind, kind, before: text(x), after: text(y), sized: false };
    }
    const instead = comparePlaces(x, y, clips);
    if (instead === undefined) return { path, key: "", kind: "changed", before: null, after: null, sized: false };
    const [before, after] = [instead.before || null, instead.after || null];
    return { path, key: `${before} → ${after}`, kind: "changed", before, after, sized: instead.of === "sizes" };
  });
}

/** Layers that are alike but for their sizes are many: of what stands under one name of the model, the last. */
function sizeChanges(places: readonly Difference[]): readonly Change[] {
  const last = new Map<string, Change>();
  for (const { path, sized, kind, before, after } of places) {
    const name = /^[^.[]+/.exec(path)?.[0] ?? path;
    if (sized) last.set(name, { path: name, kind, before, after });
  }
  return [...last.values()];
}

/** Of what was added or removed, the module says more than its ops. */
function changeAt({ path, leaves }: Folded<Difference>, a: Paths, b: Paths): Change {
  const [first] = leaves;
  const { kind = "changed", before = null, after = null } = first ?? {};
  if (kind === "changed") return { path, kind, before, after };
  const module = (kind === "added" ? b : a).moduleAt(path.replace(/\[(\d+) \.\. \d+\]$/, "[$1]"));
  const text = module === "" && leaves.length > 1 ? `${leaves.length} layers` : module;
  return {
    path,
    kind,
    before: kind === "added" ? null : text || before,
    after: kind === "added" ? text || after : null,
  };
}
