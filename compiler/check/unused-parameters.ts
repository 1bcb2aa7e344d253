import type { FileScope } from "./files.ts";
import { mentionedBy } from "./mentioned-names.ts";
import type { Session } from "./session.ts";

/**
 * Warns of parameters that nothing in their declaration reads, since setting them changes nothing, and of what a module names and
 * never uses, such as a layer that its forward pass forgot (language rule 89).
 */
export function warnUnusedParameters(session: Session, file: FileScope): void {
  const anywhere = file.node.declarations.map(mentionedBy);
  for (const declaration of file.node.declarations) {
    if (!("parameters" in declaration)) continue;
    const read = mentionedBy(declaration);
    for (const { name } of declaration.parameters) {
      if (read.has(name.text)) continue;
      const what = `the parameter \`${name.text}\` of \`${declaration.name.text}\``;
      session.reporter.report("never-used", name.span, { what });
    }
    if (declaration.kind !== "module") continue;
    for (const statement of declaration.body.statements) {
      // `face.trunk` can name it from outside.
      if (statement.kind !== "define" || anywhere.some((names) => names.has(statement.name.text))) continue;
      const what = `\`${statement.name.text}\` of the module \`${declaration.name.text}\``;
      session.reporter.report("never-used", statement.name.span, { what });
    }
  }
}
