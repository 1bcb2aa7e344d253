import { textIn } from "../diagnostics/source.ts";
import type { Declaration } from "../syntax/ast.ts";
import { perNode } from "../syntax/per-node.ts";
import { wordsIn } from "./memo.ts";
import type { Session } from "./session.ts";

/** How a version of the main file differs from the one before. */
export interface Difference {
  readonly declarations: readonly Declaration[];
  /** Declarations that are new, and those that are no longer there. */
  readonly fresh: readonly Declaration[];
  readonly gone: readonly Declaration[];
}

/** Declarations that are found without being named, or that decide what names mean. */
const farReaching: ReadonlySet<Declaration["kind"]> = new Set(["use", "task"]);

/** Whether so much can have changed that a check begins anew. */
export function reachesFar({ fresh, gone }: Difference): boolean {
  return [...fresh, ...gone].some(({ kind }) => farReaching.has(kind));
}

/**
 * Forgets what an edit can have changed: whatever is decided by text that names a declaration which is new, other, or gone, or by what
 * such text leads to. Names are taken from the text, so that more is forgotten than need be, never less.
 */
export function forgetStale(session: Session, difference: Difference): void {
  const edited = new Set([...difference.fresh, ...difference.gone].flatMap(nameOf));
  const affected = closure(edited, difference.declarations);
  const known = new Set(difference.gone.flatMap(nameOf));
  const renamed = difference.fresh.flatMap(nameOf).some((name) => !known.delete(name)) || known.size > 0;
  session.kept.forget(affected, renamed);
}

function nameOf(declaration: Declaration): readonly string[] {
  return "name" in declaration ? [declaration.name.text] : [];
}

/** The names, and those of declarations that mention one of them, and so on. */
function closure(names: ReadonlySet<string>, declarations: readonly Declaration[]): ReadonlySet<string> {
  const affected = new Set(names);
  const open = new Set(declarations.filter((each) => nameOf(each).length > 0));
  for (let more = true; more; ) {
    more = false;
    for (const declaration of open) {
      if (!meets(mentions(declaration), affected)) continue;
      open.delete(declaration);
      more = true;
      for (const name of nameOf(declaration)) affected.add(name);
    }
  }
  return affected;
}

const mentions = perNode((declaration: Declaration) => wordsIn(textIn(declaration.span)));

function meets(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const each of small) if (large.has(each)) return true;
  return false;
}
