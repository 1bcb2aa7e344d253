import { pathFrom } from "../check/files.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Edited } from "./edited.ts";
import { MovedFacts } from "./facts.ts";
import { declared, isNamed } from "./names/program.ts";
import { walkFile } from "./names/walk.ts";
import { entitiesOf } from "./occurrences.ts";
import { stagesOf, summaryOf } from "./stage-facts.ts";

/** A line above a declaration: how many weights, how many of them train, what it costs. */
export interface Lens {
  readonly span: Span;
  readonly text: string;
}

export function lensesOf({ program, facts }: Edited): readonly Lens[] {
  const { main } = program;
  return main.node.declarations.flatMap((declaration): readonly Lens[] => {
    if (!isNamed(declaration)) return [];
    const entity = declared(program, declaration, main);
    const text = summaryOf(stagesOf(facts, entity), entity);
    return text === undefined ? [] : [{ span: declaration.name.span, text }];
  });
}

/** A shape behind a name that is defined, as the last check found it; of stages that differ, each. */
export interface Inlay {
  readonly offset: number;
  readonly text: string;
}

export function inlaysOf({ program, facts, source }: Edited): readonly Inlay[] {
  const shapes = new Map<string, string>();
  for (const { start, end, text } of new MovedFacts(facts, source.name, source.text).all()) {
    if (!text.startsWith("[")) continue;
    const key = `${start} ${end}`;
    const known = shapes.get(key);
    shapes.set(key, known === undefined ? text : `${known} | ${text}`);
  }
  return walkFile(program, program.main).places.flatMap(({ defines, meant, span }): readonly Inlay[] => {
    if (!defines) return [];
    const [entity] = entitiesOf(meant());
    if (entity?.kind !== "definition" || entity.value === undefined || entity.shape !== undefined) return [];
    const text = shapes.get(`${entity.value.span.start} ${entity.value.span.end}`);
    return text === undefined ? [] : [{ offset: span.end, text: `: ${text}` }];
  });
}

/** The paths of `use`, with the file that each names. */
export function linksOf({
  program: { main, files },
}: Edited): readonly { readonly span: Span; readonly file: string }[] {
  return main.node.declarations.flatMap((declaration) => {
    if (declaration.kind !== "use") return [];
    const { text, span } = declaration.path;
    const file = pathFrom(main.source.name, text);
    if (!files.has(file)) return [];
    return [
      { span: { source: span.source, start: span.start + 1, end: Math.max(span.start + 1, span.end - 1) }, file },
    ];
  });
}
