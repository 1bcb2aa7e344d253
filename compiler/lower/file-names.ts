import { thingNamed } from "../check/declarations.ts";
import { type FileScope, visible } from "../check/files.ts";
import { mentionedBy } from "../check/mentioned-names.ts";
import { namesIn } from "../check/nearest.ts";
import type { Session } from "../check/session.ts";
import { checkUnappliedBody } from "../check/untaken.ts";
import { warnUnusedParameters } from "../check/unused-parameters.ts";
import type { Span as TextSpan } from "../diagnostics/source.ts";

/** Names that bindings and sweeps of the file give to stages, by identity; the first if there are several. */
export function boundNames(session: Session, file: FileScope): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const declaration of file.node.declarations) {
    if (declaration.kind !== "binding" && declaration.kind !== "sweep") continue;
    const found = visible(file, declaration.name.text);
    if (found === undefined || found.declaration !== declaration) continue;
    const thing = thingNamed(session, found, declaration.name.span);
    const { text } = declaration.name;
    if (thing.kind === "stage" && !names.has(thing.key)) names.set(thing.key, text);
    if (thing.kind !== "sweep") continue;
    for (const { label, thing: point } of thing.points) {
      if (point.kind === "stage" && label !== point.label && !names.has(point.key))
        names.set(point.key, `${text}[${label}]`);
    }
  }
  return names;
}

/** Settings that change nothing, and what a spec with stages declares without using it; a file without stages is a library. */
export function warnUnused(session: Session, file: FileScope, hasStages: boolean): void {
  for (const setting of session.settings) {
    if (!session.ledger.isUsed(setting)) {
      session.reporter.report("changes-nothing", setting.span, { path: setting.path.join(".") });
    }
  }
  if (session.reporter.errors === 0) warnUnusedParameters(session, file);
  if (!hasStages || session.reporter.full) return;
  // With a mistake somewhere, what would have used a name may not have been looked at: then its mention counts.
  const mentioned = session.reporter.errors > 0 ? file.node.declarations.map(mentionedBy) : [];
  let meant: ReadonlySet<string> | undefined;
  for (const declaration of file.node.declarations) {
    switch (declaration.kind) {
      case "stage":
        if (declaration.parameters.every(({ fallback }) => fallback !== undefined)) break;
        warn(declaration);
        break;
      case "encoder":
      case "module":
      case "loss":
      case "model":
        warn(declaration);
        break;
      default:
    }
  }

  function warn({
    kind,
    name,
  }: {
    readonly kind: string;
    readonly name: { readonly text: string; readonly span: TextSpan };
  }): void {
    const found = visible(file, name.text);
    if (found === undefined || session.ledger.isUsed(found.declaration)) return;
    checkUnappliedBody(found, { session });
    if (mentioned.some((names) => names.has(name.text))) return;
    // What is probably meant by a misspelt name is not unused.
    meant ??= new Set(session.reporter.found.flatMap(({ help }) => namesIn(help)));
    if (meant.has(name.text)) return;
    session.reporter.report("never-used", name.span, { what: `the ${kind} \`${name.text}\`` });
  }
}
