import type { FileNode } from "../../compiler/syntax/ast.ts";
import { parseFile } from "../../compiler/syntax/index.ts";

/** The tree of a text without its places, as text: equal for texts that say the same. */
export function treeOf(text: string): string {
  const { file, diagnostics } = parseFile({ name: "test.abaw", text });
  if (diagnostics.length > 0) throw new Error(`${diagnostics.map(({ message }) => message).join("\n")}\n${text}`);
  return JSON.stringify(file.declarations, (key, value: unknown) => (key === "span" ? undefined : value));
}

/** The comments of a text, in order. */
export function commentsOf(text: string): readonly string[] {
  const { file }: { readonly file: FileNode } = parseFile({ name: "test.abaw", text });
  return file.comments.map((comment) => comment.text.trimEnd());
}
