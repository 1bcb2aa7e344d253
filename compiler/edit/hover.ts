import { own } from "../check/own.ts";
import type { Span } from "../diagnostics/source.ts";
import { type Description, describeMeant } from "./describe.ts";
import type { Edited } from "./edited.ts";
import { MovedFacts, type ValueFact } from "./facts.ts";
import type { Entity } from "./names/entities.ts";
import { entitiesOf, occurrenceAt } from "./occurrences.ts";
import { sizeText, stagesOf } from "./stage-facts.ts";

export interface Hover {
  readonly from: number;
  readonly to: number;
  /** Markdown. */
  readonly text: string;
}

const unitDocs: Readonly<Record<string, string>> = {
  epoch: "One pass over the stage's training rows; of a blend, over its first part.",
  step: "One update of the weights.",
  hour: "Time on the machine that trains.",
  frame: "Distance by the numbers of frames in the video.",
  row: "Distance by rows, whatever frames are missing between them.",
  second: "Distance in time: the data must say `fps`.",
};

/** What there is to know of the name at an offset: what it is, its documentation, its shape as the last check found it. */
export function hoverAt(edited: Edited, offset: number): Hover | undefined {
  const unit = edited.tokens.find(({ name, start, end }) => name === "Unit" && start <= offset && offset <= end);
  if (unit !== undefined) {
    const doc = own(unitDocs, unit.text.replace(/s$/, ""));
    return doc === undefined
      ? undefined
      : { from: unit.start, to: unit.end, text: markdown([{ code: unit.text, text: doc }]) };
  }
  const found = occurrenceAt(edited, offset);
  if (found === undefined) return undefined;
  const { span, meant } = found;
  const entities = entitiesOf(meant);
  const facts = factLines(edited, span, entities);
  const stages = entities.flatMap((entity) => stageLines(edited, entity));
  return { from: span.start, to: span.end, text: [markdown(describeMeant(meant)), ...facts, ...stages].join("\n\n") };
}

export function markdown(descriptions: readonly Description[]): string {
  const unique = descriptions.filter(({ code }, i) => descriptions.findIndex((each) => each.code === code) === i);
  return unique
    .map(({ code, text }) => `\`\`\`abaw\n${code}\n\`\`\`${text === "" ? "" : `\n\n${text}`}`)
    .join("\n\n---\n\n");
}

function factLines({ source, facts }: Edited, span: Span, entities: readonly Entity[]): readonly string[] {
  const moved = new MovedFacts(facts, source.name, source.text);
  const places = [span, ...entities.flatMap((entity) => valueSpan(entity, source.name))];
  for (const { start, end } of places) {
    const known = moved.at(start, end);
    if (known.length > 0) return [known.map(factLine).join("  \n")];
  }
  return [];
}

/** A definition's value says what its name is. */
function valueSpan({ kind, value, span }: Entity, file: string): readonly Span[] {
  const isValue = kind === "definition" || kind === "binding" || kind === "term";
  return isValue && value !== undefined && span.source.name === file ? [value.span] : [];
}

function factLine({ text, through }: ValueFact): string {
  return through === undefined ? `\`${text}\`` : `\`${text}\` in \`${through}\``;
}

/** So many variants of a stage are listed. */
const mostListed = 6;

function stageLines({ facts }: Edited, entity: Entity): readonly string[] {
  const stages = stagesOf(facts, entity);
  if (entity.kind === "encoder" || stages.length === 0) return [];
  const lines = stages.slice(0, mostListed).map((stage) => {
    const clip = stage.clip === undefined ? "" : `, ${stage.clip}`;
    return `- \`${stage.label}\`: ${sizeText([stage])}; batch ${stage.batch}${clip}, ${stage.duration}; heads ${stage.tasks.join(", ")}`;
  });
  const more = stages.length > mostListed ? [`- and ${stages.length - mostListed} more`] : [];
  return [[...lines, ...more].join("\n")];
}
