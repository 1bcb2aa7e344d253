import type { Declaration, Expr, MapNode } from "../syntax/ast.ts";
import type { FileScope } from "./files.ts";

/** A declaration whose block seems to lack a key. */
export interface Block {
  readonly body: MapNode | undefined;
  /** What a stage is trained on. */
  readonly data?: Expr;
}

/** Whether a key that seems to be missing may be meant by one that is none, or the whole block be read as something else: that is told. */
export function mayBeMeant({ body, data }: Block, isKey: (key: string) => boolean): boolean {
  return data?.kind === "map" || (body?.entries ?? []).some(({ path }) => !isKey(path.segments[0]?.name.text ?? ""));
}

type Broken = Pick<FileScope, "node" | "textMistakes">;

/** Declarations that stay, and whose text is wrong in one of two versions of a file only: as much as if they were edited. */
export function mendedOrBroken(before: Broken, after: Broken): readonly Declaration[] {
  const stay = new Set(before.node.declarations);
  return after.node.declarations.filter((each) => stay.has(each) && isBroken(each, before) !== isBroken(each, after));
}

/** Whether a declaration's text is wrong somewhere: what it is to those that use it is then not known. */
export function isBroken(declaration: Declaration, { node, textMistakes }: Broken): boolean {
  if (textMistakes.length === 0) return false;
  const { declarations, source } = node;
  const end = declarations[declarations.indexOf(declaration) + 1]?.span.start ?? source.text.length + 1;
  return textMistakes.some(({ span }) => span.start >= declaration.span.start && span.start < end);
}
