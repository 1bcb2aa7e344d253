import type { Diagnostic, TextEdit } from "vscode-languageserver";
import type { Facts } from "../../compiler/edit/index.ts";

/** To the thread that checks. */
export type Order =
  | { readonly kind: "open"; readonly name: string; readonly text: string }
  | { readonly kind: "close"; readonly name: string }
  /** Files on disk have changed. */
  | { readonly kind: "forget" }
  /** Checks an open file; `folder` is where weight files are looked for. */
  | { readonly kind: "check"; readonly id: number; readonly name: string; readonly folder: string };

/** From it. */
export type Answer =
  | { readonly kind: "checked"; readonly id: number; readonly found: ReadonlyMap<string, readonly Diagnostic[]> }
  | { readonly kind: "facts"; readonly id: number; readonly facts: Facts }
  /** Floating-point operations for a frame, by the stage's label. */
  | { readonly kind: "costs"; readonly id: number; readonly costs: ReadonlyMap<string, number> };

/** What a diagnostic carries for its repairs. */
export interface FixData {
  readonly fixes: readonly {
    readonly title: string;
    readonly edits: readonly TextEdit[];
    readonly preferred: boolean;
  }[];
}
