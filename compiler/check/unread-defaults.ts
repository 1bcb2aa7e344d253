import type { Declaration } from "../syntax/ast.ts";
import { fileEnv } from "./declarations.ts";
import { evaluateAs } from "./evaluate.ts";
import type { FileScope } from "./files.ts";
import { MentionedNames } from "./mentioned-names.ts";
import { typeOf } from "./parameters.ts";
import { attempt } from "./reporter.ts";
import type { Session } from "./session.ts";

/** Checks defaults that nothing may have read yet, as far as they stand on their own: those of other parameters and of sizes are read with them. */
export function checkDefaults(session: Session, file: FileScope): void {
  for (const declaration of file.node.declarations) {
    if (!("parameters" in declaration)) continue;
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
}

/** Parameters, inputs and the axes of inputs. */
function namesIn(declaration: Extract<Declaration, { readonly parameters: unknown }>): ReadonlySet<string> {
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
