import type { Description } from "./describe.ts";

/** What can be typed at a place. */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** Its type with its default, in one line. */
  readonly detail: string;
  /** Markdown. */
  readonly documentation: string;
  /** What is put in; a snippet has `$1`, `${2:word}` and `$0`, the place where the cursor ends. */
  readonly insert: string;
  readonly snippet: boolean;
  /** Lesser ones come first. */
  readonly rank: number;
}

export type CompletionKind =
  | "keyword"
  | "key"
  | "argument"
  | "function"
  | "module"
  | "model"
  | "stage"
  | "data"
  | "task"
  | "encoder"
  | "value"
  | "variable"
  | "label"
  | "unit"
  | "file"
  | "path"
  | "code"
  | "snippet";

export interface Completions {
  /** The range that is replaced. */
  readonly from: number;
  readonly to: number;
  /** In order. */
  readonly items: readonly Completion[];
}

export function completion(
  label: string,
  kind: CompletionKind,
  { code = "", text = "" }: Partial<Description>,
  { insert = label, snippet = false, rank = 5 }: Partial<Completion> = {},
): Completion {
  return { label, kind, detail: code, documentation: text, insert, snippet, rank };
}
