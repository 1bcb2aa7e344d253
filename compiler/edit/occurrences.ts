import type { Edited } from "./edited.ts";
import type { Entity, Meant, Occurrence } from "./names/entities.ts";
import { type Place, walkFile } from "./names/walk.ts";

/** The name at an offset, or that ends there, with what it means. */
export function occurrenceAt({ program }: Edited, offset: number): Occurrence | undefined {
  const here = walkFile(program, program.main).places.filter(({ span }) => span.start <= offset && offset <= span.end);
  // Between two names, the one that begins goes first; of two meanings of one name, the more special.
  const sorted = here.toSorted((a, b) => Number(a.span.end === offset) - Number(b.span.end === offset));
  return bestOf(sorted);
}

function bestOf(places: readonly Place[]): Occurrence | undefined {
  for (const { span, defines, meant } of places) {
    const found = meant();
    if (found !== undefined) return { span, defines, meant: found };
  }
  return undefined;
}

/** Every name of the main file, in the order of the text; one that means two things has both. */
export function occurrencesOf({ program }: Edited): readonly Occurrence[] {
  return placesOf(walkFile(program, program.main).places);
}

export function placesOf(places: readonly Place[]): readonly Occurrence[] {
  const found = places.flatMap(({ span, defines, meant }): readonly Occurrence[] => {
    const what = meant();
    return what === undefined ? [] : [{ span, defines, meant: what }];
  });
  return found.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** The entities that a name stands for. */
export function entitiesOf(meant: Meant | undefined): readonly Entity[] {
  return meant?.kind === "entities" ? meant.entities : [];
}
