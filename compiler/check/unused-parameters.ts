import type { FileScope } from "./files.ts";
import { MentionedNames } from "./mentioned-names.ts";
import type { Session } from "./session.ts";

/** Warns of parameters that nothing in their declaration reads: setting them changes nothing (language rules b.9). */
export function warnUnusedParameters(session: Session, file: FileScope): void {
  for (const declaration of file.node.declarations) {
    if (!("parameters" in declaration)) continue;
    const read = new MentionedNames();
    read.add(declaration);
    for (const { name } of declaration.parameters) {
      if (read.has(name.text)) continue;
      const what = `the parameter \`${name.text}\` of \`${declaration.name.text}\``;
      session.reporter.report("never-used", name.span, { what });
    }
  }
}
