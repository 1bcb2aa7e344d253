import type { Name } from "../syntax/ast.ts";
import { suffixesOf } from "../syntax/suffixes.ts";
import type { FileScope } from "./files.ts";
import type { Session } from "./session.ts";

/**
 * Refuses parameters, inputs, definitions and variables of loops that hide a name of their own file: a reader would take one for the
 * other (language rule 80).
 */
export function checkHiddenNames(session: Session, file: FileScope): void {
  const check = ({ text, span }: Name) => {
    const hidden = file.own.get(text);
    if (hidden === undefined) return;
    const related = [{ span: hidden.declaration.name.span, text: "named here" }];
    session.reporter.report("hidden-name", span, { name: text }, { related });
  };
  for (const declaration of file.node.declarations) {
    if ("parameters" in declaration) for (const { name } of declaration.parameters) check(name);
    for (const suffix of suffixesOf(declaration)) if (suffix.kind === "for") check(suffix.name);
    if (declaration.kind !== "module" && declaration.kind !== "loss" && declaration.kind !== "model") continue;
    for (const { name } of declaration.inputs) check(name);
    for (const statement of declaration.body.statements) if (statement.kind === "define") check(statement.name);
  }
}
