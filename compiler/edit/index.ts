/** What an editor asks of a text: plain functions of an opened file and an offset. */
export { completionsAt } from "./complete.ts";
export type { Completion, CompletionKind, Completions } from "./completion.ts";
export { type Edited, openEdited } from "./edited.ts";
export { FactCollector, type Facts, withCosts } from "./facts.ts";
export { changeBetween, fixAll, fixesOf, type QuickFix, type TextEdit } from "./fixes.ts";
export { foldsOf } from "./folding.ts";
export { type Hover, hoverAt } from "./hover.ts";
export { inlaysOf, lensesOf, linksOf } from "./lenses.ts";
export { type OutlineItem, outlineOf } from "./outline.ts";
export { definitionsAt, referencesAt } from "./references.ts";
export { type Renaming, renamableAt, rename } from "./rename.ts";
export { semanticTokensOf, tokenModifiers, tokenTypes } from "./semantic-tokens.ts";
export { signaturesAt } from "./signature-help.ts";
export { snippets } from "./snippets.ts";
