/** What the page and the compiler's worker say to each other: plain values only, as a worker's messages must be. */
import type { Drawing } from "../../compiler/draw/drawing.ts";
import type { Completions, Hover, QuickFix } from "../../compiler/edit/index.ts";
import type { OnnxListing } from "../../compiler/emit/onnx/list-nodes.ts";

/** What the page's own text is called. */
export const mainFile = "spec.abaw";

/** A range of a file: offsets in UTF-16 units, `to` not included; line and column from 1. */
export interface Place {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly column: number;
}

export interface Problem {
  readonly code: string;
  readonly severity: "error" | "warning" | "later" | "note";
  readonly message: string;
  readonly place: Place;
  /** Places that say why something else was expected. */
  readonly related: readonly { readonly text: string; readonly place: Place }[];
  readonly help: string | undefined;
  /** What can be done about it in the text itself, its repair first. */
  readonly fixes: readonly QuickFix[];
}

/** A spec as the page has it. */
export interface Spec {
  readonly text: string;
  readonly profile: string | undefined;
}

/** A place in a text: an offset in UTF-16 units. */
export interface TextPlace {
  readonly text: string;
  readonly offset: number;
}

export interface Checked {
  readonly problems: readonly Problem[];
  readonly profiles: readonly string[];
  /** Labels of the stages that could be planned. */
  readonly stages: readonly string[];
  /** The one that builds on most others. */
  readonly furthest: string | undefined;
  readonly exports: readonly string[];
  readonly milliseconds: number;
}

/** Which graph: of a stage its heads or its whole training step, or an export. */
export type Subject =
  | { readonly kind: "inference" | "training"; readonly stage: string }
  | { readonly kind: "export"; readonly name: string };

export interface OnnxFile extends OnnxListing {
  /** The name that `abaw compile` gives it. */
  readonly file: string;
  readonly model: Uint8Array;
}

/** An answer, or why there is none. */
export type Made<T> =
  | { readonly kind: "made"; readonly value: T }
  | { readonly kind: "cannot"; readonly reason: string };

/** Every question that the compiler's worker answers. */
export interface CompilerCalls {
  readonly check: { readonly input: Spec; readonly output: Checked };
  readonly complete: { readonly input: TextPlace; readonly output: Completions };
  /** Where the name at a place is defined. */
  readonly define: { readonly input: TextPlace; readonly output: readonly Place[] };
  readonly hover: { readonly input: TextPlace; readonly output: Hover | undefined };
  /** A stage's model, or without a stage all stages in their order. */
  readonly draw: { readonly input: Spec & { readonly stage: string | undefined }; readonly output: Made<Drawing> };
  readonly onnx: { readonly input: Spec & { readonly subject: Subject }; readonly output: Made<OnnxFile> };
  readonly resolved: { readonly input: Spec & { readonly stage: string }; readonly output: Made<string> };
  readonly format: { readonly input: { readonly text: string }; readonly output: string };
}

/** What the layout's worker answers: a graph in Graphviz's language laid out, as SVG. */
export interface LayoutCalls {
  readonly layOut: { readonly input: { readonly dot: string }; readonly output: string };
}

/** Questions by name: what each takes and gives. */
export type CallTable<T> = { readonly [C in keyof T]: { readonly input: unknown; readonly output: unknown } };

export type Answer =
  | { readonly id: number; readonly kind: "answer"; readonly output: unknown }
  /** The worker failed, which it never should. */
  | { readonly id: number; readonly kind: "failed"; readonly message: string };
