/** What an editor asks of a text: plain functions of an opened file and an offset. */
export { completionsAt } from "./complete.ts";
export type { Completion, CompletionKind, Completions } from "./completion.ts";
export { type Edited, openEdited } from "./edited.ts";
export { FactCollector, type Facts } from "./facts.ts";
export { type Hover, hoverAt } from "./hover.ts";
export { type Signature, signaturesAt } from "./signature-help.ts";
export { type Snippet, snippets } from "./snippets.ts";
