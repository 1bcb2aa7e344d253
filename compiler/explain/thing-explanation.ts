import type { Asked } from "../check/asked.ts";
import { completed } from "../check/completed.ts";
import { fileEnv } from "../check/declarations.ts";
import { type Found, visible } from "../check/files.ts";
import type { DeclarationThing, RecipeThing, Thing } from "../check/things.ts";
import { invariant } from "../ir/invariant.ts";
import type { PlannedStage } from "../lower/make-plan.ts";
import { documentationAbove } from "../syntax/documentation.ts";
import { dataText, encoderText, taskText } from "./declaration-text.ts";
import {
  assemblyFacts,
  dataFacts,
  encoderFacts,
  type Fact,
  parameterFacts,
  sweepFacts,
  taskFacts,
  useFacts,
} from "./facts.ts";
import type { Known } from "./known.ts";
import { type Place, placeOf } from "./stage-explanation.ts";
import { thingText } from "./thing-text.ts";

/** What a name other than a stage's means. */
export interface ThingExplanation {
  readonly kind:
    | "task"
    | "data"
    | "encoder"
    | "module"
    | "model"
    | "stages"
    | "assembly"
    | "sweep"
    | "function"
    | "value";
  readonly name: string;
  /** Null for what is declared nowhere, such as an expression. */
  readonly place: Place | null;
  /** The comment in front of its declaration; empty if there is none. */
  readonly doc: string;
  /** As text of the language. */
  readonly block: string;
  readonly facts: readonly Fact[];
  /** Labels of the stages that it has to do with. */
  readonly stages: readonly string[];
}

/** What is known of something that is no stage. */
export function explainThing({ thing, text }: Asked, known: Known): ThingExplanation {
  const { main } = known.session;
  const found = main === undefined ? undefined : visible(main, text.trim());
  return {
    name: text,
    place: found === undefined ? null : placeOf(found.declaration.name.span),
    doc: found === undefined ? "" : (documentationAbove(found.file.node, found.declaration.span) ?? ""),
    ...partsOf(thing, text, found, known),
  };
}

type Parts = Pick<ThingExplanation, "kind" | "block" | "facts" | "stages">;

function partsOf(thing: Thing, text: string, found: Found | undefined, known: Known): Parts {
  const { session, stages } = known;
  const using = (uses: (stage: PlannedStage) => boolean) => stages.filter(uses).map(({ plan }) => plan.label);
  const value = thingText(completed(thing)) ?? text;
  const block = found === undefined ? value : sliceOf(found.declaration.span);
  switch (thing.kind) {
    case "task":
      return {
        kind: "task",
        block: taskText(thing),
        facts: taskFacts(thing, known),
        stages: using(({ plan }) => plan.tasks.some(({ name }) => name === thing.name)),
      };
    case "data":
      return {
        kind: "data",
        block: dataText(thing),
        facts: dataFacts(thing, session),
        stages: using(({ plan }) => plan.data.name === thing.label),
      };
    case "layer": {
      invariant(session.main !== undefined, "no file was opened");
      return {
        kind: "encoder",
        block: encoderText(thing, fileEnv(session, session.main)),
        facts: encoderFacts(thing, known),
        stages: using(({ checked }) => checked.built.model.encoders.has(thing.path)),
      };
    }
    case "assembly":
      return { kind: "assembly", block, facts: assemblyFacts(thing, known), stages: [] };
    case "sweep":
      return { kind: "sweep", block, facts: sweepFacts(thing, known), stages: [] };
    case "recipe":
      return { kind: "module", block, facts: recipeFacts(thing, known), stages: [] };
    case "declaration":
      return { block, ...declarationParts(thing, known) };
    default:
      return {
        kind: "value",
        block: found?.declaration.kind === "binding" ? `${text} = ${value}` : value,
        facts: [],
        stages: [],
      };
  }
}

function recipeFacts({ callee, name }: RecipeThing, known: Known): readonly Fact[] {
  const parameters = callee.kind === "module" ? parameterFacts(callee.declaration.parameters) : [];
  return [...parameters, ...useFacts(name, known)];
}

/** What has parameters that must be given: its parameters, and the stages that came of it. */
function declarationParts({ declaration }: DeclarationThing, { stages }: Known): Omit<Parts, "block"> {
  const facts = "parameters" in declaration ? parameterFacts(declaration.parameters) : [];
  const labels = (made: (stage: PlannedStage) => boolean) => stages.filter(made).map(({ plan }) => plan.label);
  switch (declaration.kind) {
    case "model":
      return { kind: "model", facts, stages: labels(({ checked }) => trainsModel(checked, declaration.name.text)) };
    case "stage":
      return { kind: "stages", facts, stages: labels(({ checked }) => checked.stage.declaration === declaration) };
    case "data":
      return {
        kind: "data",
        facts,
        stages: labels(({ plan }) => plan.data.name.startsWith(`${declaration.name.text}(`)),
      };
    default:
      return { kind: declaration.kind === "assembly" ? "assembly" : "value", facts, stages: [] };
  }
}

/** Whether a stage's model is an instance of a declaration. */
function trainsModel({ stage }: PlannedStage["checked"], name: string): boolean {
  const { model } = stage.declaration;
  const callee = model.kind === "call" ? model.callee : model;
  return callee.kind === "name" && callee.name === name;
}

function sliceOf({
  source,
  start,
  end,
}: {
  readonly source: { readonly text: string };
  readonly start: number;
  readonly end: number;
}): string {
  return source.text.slice(start, end);
}
