import type { Span } from "../diagnostics/source.ts";
import type { FileFormat, FileHeader } from "./file-header.ts";
import type { Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";

/** What the file says of itself, where it does. */
export type KnownHeader = Exclude<FileHeader, { readonly kind: "absent" | "unread" | "broken" }>;

/** Where a spec names a file, and what it opens it as. */
export interface NamedFile {
  readonly file: string;
  readonly format: FileFormat;
  /** The folder that its path begins in, where that is not the one that abaw runs in. */
  readonly root?: string;
  readonly span: Span;
  /** What to do about a file of another kind. */
  readonly help?: ((is: FileFormat) => string | undefined) | undefined;
}

/** The header of a file, if it can be looked at; that it cannot, and what is wrong with the file alone, is told where it is named. */
export function lookAt(session: Session, { file: path, format, root, span, help }: NamedFile): KnownHeader | undefined {
  const reporter: Reporter = session.reporter;
  const header = session.inspect?.(path, format, root);
  const file = path === "" ? '""' : path;
  switch (header?.kind) {
    case undefined:
      return undefined;
    case "absent":
      reporter.report("not-looked-at", span, { file, reason: "it is not here" });
      return undefined;
    case "unread":
      reporter.report("not-looked-at", span, { file, reason: header.reason });
      return undefined;
    case "broken": {
      const layout = header.is === undefined ? undefined : help?.(header.is);
      const way = layout ?? header.repair ?? "fetch the file again, or write it again";
      reporter.report("broken-file", span, { file, reason: header.reason }, { help: way });
      return undefined;
    }
    default:
      return header;
  }
}
