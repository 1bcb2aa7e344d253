import { isStandard, openMain } from "../check/files.ts";
import { checkHiddenNames } from "../check/hidden-names.ts";
import { Reporter } from "../check/reporter.ts";
import { newSession } from "../check/session.ts";
import type { Code } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { positionOf, type Source, type Span } from "../diagnostics/source.ts";
import { parseFile } from "../syntax/index.ts";
import { type Edited, openEdited } from "./edited.ts";
import { isName } from "./is-name.ts";
import { type Entity, localEntity, type Meant } from "./names/entities.ts";
import { returnedMaps } from "./names/members.ts";
import type { Program } from "./names/program.ts";
import { type Place, walkFile } from "./names/walk.ts";
import { entitiesOf, occurrenceAt } from "./occurrences.ts";
import { family, keyOf, namesIn, placesNaming } from "./references.ts";

/** New texts of places, or why it is not done. */
export type Renaming =
  | { readonly kind: "edits"; readonly places: readonly Span[] }
  | { readonly kind: "refused"; readonly reason: string };

const refused = (reason: string): Renaming => ({ kind: "refused", reason });

/** The name at an offset, if it can be renamed; else why not. */
export function renamableAt(
  edited: Edited,
  offset: number,
): { readonly span: Span; readonly reason?: string } | undefined {
  const found = occurrenceAt(edited, offset);
  if (found === undefined) return undefined;
  const reason =
    entitiesOf(found.meant).length === 0 ? ofLanguage(found.meant) : whyNot(edited, entitiesOf(found.meant));
  return reason === undefined ? { span: found.span } : { span: found.span, reason };
}

function ofLanguage(meant: Meant): string {
  return meant.kind === "axis"
    ? "an axis is named by what makes it, in other modules too"
    : "this is a word of the language";
}

/** Why some of these keep their names. */
function whyNot({ program }: Edited, entities: readonly Entity[]): string | undefined {
  for (const entity of entities) {
    const { name, kind, file } = entity;
    if (isStandard(file.source.name)) return `\`${name}\` is declared in the language's library, ${file.source.name}`;
    if (kind === "axis") return "an axis is named by what makes it, in other modules too";
    if (kind === "entry" || kind === "field") return `\`${name}\` is a key: what reads it may not be in sight`;
    if (kind === "input" && entity.owner?.kind === "model") return `\`${name}\` is the name of a field of the data`;
    if (kind === "input" && entity.owner !== undefined && returnsKey(entity.owner, name))
      return `\`${name}\` is also a key of what \`${entity.owner.name}\` returns, and feeds the next by it`;
    if (kind === "label" && entity.owner !== undefined && isPassedOn(program, entity.owner))
      return `\`${entity.owner.name}\` is given to something else, which may know \`${name}\``;
  }
  return undefined;
}

/** Whether a parameter is an argument of something in its turn. */
function isPassedOn(program: Program, parameter: Entity): boolean {
  return [...program.files.values()].some((file) =>
    walkFile(program, file).calls.some(({ args, scope }) =>
      args.some(({ value }) => value.kind === "name" && localEntity(scope, value.name) === parameter),
    ),
  );
}

function returnsKey(module: Entity, name: string): boolean {
  return returnedMaps(module).some(({ entries }) => entries.some(({ path }) => path.segments[0]?.name.text === name));
}

/**
 * Renames the thing at an offset everywhere in the files of these programs; the first is the file at hand. It is not done where a name
 * would come to mean something else: the new texts are read again, and every name must mean what it did.
 */
export function rename(edited: Edited, offset: number, to: string, others: readonly Edited[] = []): Renaming {
  const at = renamableAt(edited, offset);
  if (at === undefined) return refused("there is no name here");
  if (at.reason !== undefined) return refused(at.reason);
  if (!isName(to)) return refused(`\`${to}\` is not a name: letters, digits and _, and no word of the language`);
  const all = [edited, ...others];
  const names = namesIn(
    all.map(({ program }) => program),
    false,
  );
  const keys = family(entitiesOf(occurrenceAt(edited, offset)?.meant), names);
  const reason = whyNot(edited, [...keys.values()]);
  if (reason !== undefined) return refused(reason);
  const places = placesNaming(keys, names).map(({ span }) => span);
  const texts = renamedTexts(places, to);
  for (const each of all) {
    const problem = changeOfMeaning(each, places, texts, to);
    if (problem !== undefined) return refused(problem);
  }
  return { kind: "edits", places };
}

function renamedTexts(places: readonly Span[], to: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const sources = new Map(places.map(({ source }) => [source.name, source]));
  for (const [name, source] of sources) {
    let text = "";
    let done = 0;
    for (const { start, end } of placesIn(places, name)) {
      text += source.text.slice(done, start) + to;
      done = end;
    }
    texts.set(name, text + source.text.slice(done));
  }
  return texts;
}

function placesIn(places: readonly Span[], file: string): readonly Span[] {
  return places.filter(({ source }) => source.name === file).toSorted((a, b) => a.start - b.start);
}

/** The first name that would mean something else afterwards, or the mistake that names would make. */
function changeOfMeaning(
  { source, program, read, facts, paths }: Edited,
  places: readonly Span[],
  texts: ReadonlyMap<string, string>,
  to: string,
): string | undefined {
  if (![...program.files.keys()].some((name) => texts.has(name))) return undefined;
  const readNew = (path: string) => texts.get(path) ?? read(path);
  const now: Source = { name: source.name, text: texts.get(source.name) ?? source.text };
  const after = openEdited(now, readNew, { facts, paths });
  const moved = (file: string, offset: number) =>
    placesIn(places, file).reduce(
      (at, { start, end }) => (end <= offset ? at + to.length - (end - start) : at),
      offset,
    );
  const movedKey = (entity: Entity) =>
    `${entity.span.source.name}:${moved(entity.span.source.name, entity.span.start)}`;
  for (const [name, file] of program.files) {
    const other = after.program.files.get(name);
    if (other === undefined) continue;
    const then = meaningsOf(walkFile(after.program, other).places, keyOf);
    for (const [start, { text, span }] of meaningsOf(walkFile(program, file).places, movedKey)) {
      if (then.get(moved(name, start))?.text === text) continue;
      const { line } = positionOf(file.source, start);
      return `\`${file.source.text.slice(start, span.end)}\` in line ${line} of ${name} would mean something else`;
    }
  }
  const mistake = newMistake(nameMistakes(source, read), nameMistakes(now, readNew));
  return mistake?.message;
}

/** What each name means, by where it begins; one that means two things has both. */
function meaningsOf(places: readonly Place[], key: (entity: Entity) => string) {
  const found = new Map<number, { readonly text: string; readonly span: Span }>();
  for (const { span, meant } of places) {
    const text = `${found.get(span.start)?.text ?? ""}; ${meaningText(meant(), key)}`;
    found.set(span.start, { text, span });
  }
  return found;
}

function meaningText(meant: Meant | undefined, key: (entity: Entity) => string): string {
  if (meant === undefined) return "nothing";
  if (meant.kind !== "entities") return `${meant.kind} ${meant.name}`;
  return meant.entities.map(key).toSorted().join(" ");
}

const ofNames: ReadonlySet<Code> = new Set<Code>(["duplicate-name", "hidden-name", "name-clash"]);

/** What is wrong with the names of a file by themselves. */
function nameMistakes(source: Source, read: Edited["read"]): readonly Diagnostic[] {
  const reporter = new Reporter();
  const session = newSession(reporter, read, undefined);
  checkHiddenNames(session, openMain(session, parseFile(source)));
  return reporter.found.filter(({ code }) => ofNames.has(code));
}

function newMistake(before: readonly Diagnostic[], after: readonly Diagnostic[]): Diagnostic | undefined {
  return after.length > before.length
    ? after.find(({ message }) => !before.some((each) => each.message === message))
    : undefined;
}
