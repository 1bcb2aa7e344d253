import { isStandard } from "../check/files.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Edited } from "./edited.ts";
import type { Entity, Occurrence } from "./names/entities.ts";
import type { Program } from "./names/program.ts";
import { walkFile } from "./names/walk.ts";
import { entitiesOf, occurrenceAt, placesOf } from "./occurrences.ts";

/** Which thing an entity is, whichever program it was found in. */
export function keyOf({ span }: Entity): string {
  return `${span.source.name}:${span.start}`;
}

/** Where the name at an offset is defined; it can be one of several. */
export function definitionsAt(edited: Edited, offset: number): readonly Span[] {
  return entitiesOf(occurrenceAt(edited, offset)?.meant).map(({ span }) => span);
}

/** Every name of the files of some programs, each place once; what one program does not know of a name, another may. */
export function namesIn(programs: readonly Program[], withStandard: boolean): readonly Occurrence[] {
  const found = new Map<string, Occurrence>();
  for (const program of programs) {
    for (const file of program.files.values()) {
      if (!withStandard && isStandard(file.source.name)) continue;
      for (const occurrence of placesOf(walkFile(program, file).places)) {
        const { span, meant } = occurrence;
        const key = `${span.source.name}:${span.start}:${meant.kind}:${entitiesOf(meant).map(keyOf).join(",")}`;
        if (!found.has(key)) found.set(key, occurrence);
      }
    }
  }
  return [...found.values()];
}

/** Things that have one name together: those that some name can stand for at once, and all that follow from that. */
export function family(entities: readonly Entity[], names: readonly Occurrence[]): ReadonlyMap<string, Entity> {
  const keys = new Map(entities.map((entity) => [keyOf(entity), entity]));
  const shared = names.map(({ meant }) => entitiesOf(meant)).filter((each) => each.length > 1);
  for (let before = -1; before !== keys.size; ) {
    before = keys.size;
    for (const each of shared)
      if (each.some((entity) => keys.has(keyOf(entity)))) for (const entity of each) keys.set(keyOf(entity), entity);
  }
  return keys;
}

/** Places of the text where something of a family is named, in order. */
export function placesNaming(keys: ReadonlyMap<string, Entity>, names: readonly Occurrence[]): readonly Occurrence[] {
  const found = new Map<string, Occurrence>();
  for (const occurrence of names) {
    if (!entitiesOf(occurrence.meant).some((entity) => keys.has(keyOf(entity)))) continue;
    const { source, start } = occurrence.span;
    const key = `${source.name}:${start}`;
    const known = found.get(key);
    if (known === undefined || occurrence.defines) found.set(key, occurrence);
  }
  return [...found.values()].toSorted((a, b) => compare(a.span, b.span));
}

function compare(a: Span, b: Span): number {
  if (a.source.name !== b.source.name) return a.source.name < b.source.name ? -1 : 1;
  return a.start - b.start;
}

/** Everywhere that the thing at an offset is named, in the files of these programs; the file at hand is the first's. */
export function referencesAt(edited: Edited, offset: number, others: readonly Edited[] = []): readonly Occurrence[] {
  const entities = entitiesOf(occurrenceAt(edited, offset)?.meant);
  if (entities.length === 0) return [];
  const programs = [edited, ...others].map(({ program }) => program);
  const names = namesIn(
    programs,
    entities.some(({ file }) => isStandard(file.source.name)),
  );
  const keys = new Map(entities.map((entity) => [keyOf(entity), entity]));
  return placesNaming(keys, names);
}
