import { textIn } from "../diagnostics/source.ts";
import type { Declaration } from "../syntax/ast.ts";
import { fileEnv } from "./declarations.ts";
import { evaluateAs } from "./evaluate.ts";
import type { FileScope } from "./files.ts";
import { memoKind } from "./memo.ts";
import { MentionedNames } from "./mentioned-names.ts";
import { typeOf } from "./parameters.ts";
import { attempt } from "./reporter.ts";
import type { Session } from "./session.ts";

/** Checks defaults that nothing may have read yet, as far as they stand on their own: those of other parameters and of sizes are read with them. */
export function checkDefaults(session: Session, file: FileScope): void {
  for (const declaration of file.node.declarations) {
    if (!("parameters" in declaration)) continue;
    defaults(session).get(declaration, () => checkDefaultsOf(declaration, session, file), {
      decidedBy: () => textIn(declaration.span),
      inTheMaking: () => undefined,
    });
  }
}

const defaults = memoKind<void>();

function checkDefaultsOf(declaration: Parametric, session: Session, file: FileScope): void {
  const own = namesIn(declaration);
  for (const { name, type, fallback } of declaration.parameters) {
    if (fallback === undefined) continue;
    const mentioned = new MentionedNames();
    mentioned.expr(fallback);
    if ([...mentioned.all].some((each) => own.has(each) || each === "expected")) continue;
    attempt<unknown>(
      () => evaluateAs(fallback, fileEnv(session, file), typeOf(type), `the default of \`${name.text}\``),
      () => undefined,
    );
  }
}

type Parametric = Extract<Declaration, { readonly parameters: unknown }>;

/** Parameters, inputs and the axes of inputs. */
function namesIn(declaration: Parametric): ReadonlySet<string> {
  const names = new Set(declaration.parameters.map(({ name }) => name.text));
  if (!("inputs" in declaration)) return names;
  for (const { name, shape } of declaration.inputs) {
    names.add(name.text);
    for (const axis of shape?.axes ?? []) {
      if (axis.kind !== "axis") continue;
      names.add(axis.name.text);
      if (axis.size?.kind === "name") names.add(axis.size.name);
    }
  }
  return names;
}
