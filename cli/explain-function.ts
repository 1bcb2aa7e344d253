import { describeFunction } from "../compiler/edit/describe.ts";
import { functionUses } from "../compiler/edit/names/vocabulary.ts";
import type { ThingExplanation } from "../compiler/explain/thing-explanation.ts";

/** A function of the language's own vocabulary: what it is, and its parameters with their defaults. */
export function explainFunction(name: string): ThingExplanation {
  const uses = functionUses(name).map((use) => describeFunction(name, use));
  return {
    kind: "function",
    name,
    place: null,
    doc: uses.map(({ text }) => text).join("\n"),
    block: uses.map(({ code }) => code).join("\n"),
    facts: [],
    stages: [],
  };
}
