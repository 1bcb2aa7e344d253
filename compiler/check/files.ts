import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../diagnostics/source.ts";
import type { Declaration, FileNode, Name, UseNode } from "../syntax/ast.ts";
import { type Parsed, parseFile } from "../syntax/index.ts";
import { parseStandard } from "../syntax/parse-standard.ts";
import { memoKind } from "./memo.ts";
import type { Session, Unreadable } from "./session.ts";

/** A declaration that has a name. */
export type Named = Exclude<Declaration, { readonly kind: "use" | "export" | "submit" | "profile" }>;

export interface Found {
  readonly declaration: Named;
  readonly file: FileScope;
}

/**
 * A file and what its names mean: its own declarations, those of the files it uses, and files under another name. One object for all
 * versions of a file.
 */
export interface FileScope {
  source: Source;
  node: FileNode;
  own: ReadonlyMap<string, Found>;
  used: ReadonlyMap<string, Found>;
  aliases: ReadonlyMap<string, FileScope>;
  /** Where each of them is named. */
  aliasSpans: Map<string, Span>;
  /** Whether a file that it uses could not be read: then a name that is unknown may be one of that file's. */
  lacksFile: boolean;
  /** What is wrong with its text alone. */
  textMistakes: readonly Diagnostic[];
}

export function visible(file: FileScope, name: string): Found | undefined {
  return file.own.get(name) ?? file.used.get(name);
}

/** What a spec and the files that it uses may have together (language rule 92). */
const usedLimits = { files: 200, characters: 2_000_000 } as const;

/** Opens the file that was asked for, or its next version, and all that it uses. */
export function openMain(session: Session, parsed: Parsed): FileScope {
  const { file: node } = parsed;
  const file = session.main ?? emptyScope(node);
  session.main = file;
  session.files.set(node.source.name, file);
  declare(session, file, parsed);
  return file;
}

const files = memoKind<FileScope>();

/** A file that another uses; a file is read once (language rule 12). */
function openUsed(session: Session, source: Source): FileScope {
  const { name } = source;
  const known = session.files.get(name);
  if (known !== undefined && known === session.main) return known;
  const open = (): FileScope => {
    const parsed = isStandard(name) ? parseStandard(source) : parseFile(source);
    const file = emptyScope(parsed.file);
    session.files.set(name, file);
    declare(session, file, parsed);
    return file;
  };
  const inTheMaking = () => session.files.get(name) ?? session.reporter.silent();
  return files(session).get(name, open, { decidedBy: () => "", inTheMaking });
}

function emptyScope(node: FileNode): FileScope {
  return {
    source: node.source,
    node,
    own: new Map(),
    used: new Map(),
    aliases: new Map(),
    aliasSpans: new Map(),
    lacksFile: false,
    textMistakes: [],
  };
}

/** Reads what a file's names mean. */
function declare(session: Session, file: FileScope, { file: node, diagnostics }: Parsed): void {
  session.reporter.add(diagnostics);
  const own = new Map<string, Found>();
  const used = new Map<string, Found>();
  const aliases = new Map<string, FileScope>();
  file.source = node.source;
  file.node = node;
  file.own = own;
  file.used = used;
  file.aliases = aliases;
  file.aliasSpans = new Map();
  file.lacksFile = false;
  file.textMistakes = diagnostics;
  for (const declaration of node.declarations) {
    if (!hasName(declaration)) continue;
    const { text, span } = declaration.name;
    const before = own.get(text);
    if (before === undefined) own.set(text, { declaration, file });
    else {
      session.reporter.report(
        "duplicate-name",
        span,
        { name: text },
        {
          related: [{ span: before.declaration.name.span, text: "first defined here" }],
        },
      );
    }
  }
  for (const declaration of node.declarations)
    if (declaration.kind === "use") bring(session, file, declaration, used, aliases);
}

/** The text of a used file, or why there is none. */
function usedText(session: Session, name: string): string | Unreadable {
  const known = session.files.get(name);
  if (known !== undefined) return known.source.text;
  const { files, characters } = usedLimits;
  if (session.files.size > files) return { problem: `a spec uses at most ${files} files` };
  const text = session.read(name) ?? { problem: `there is no file ${name}` };
  if (typeof text !== "string") return text;
  const others = [...session.files.values()].reduce((sum, { source }) => sum + source.text.length, 0);
  if (others + text.length > characters)
    return { problem: `a spec and the files that it uses have at most ${characters} characters` };
  return text;
}

function bring(
  session: Session,
  file: FileScope,
  use: UseNode,
  used: Map<string, Found>,
  aliases: Map<string, FileScope>,
): void {
  const { text: path, span } = use.path;
  const name = pathFrom(file.source.name, path);
  const text = path === "" ? { problem: "the path is empty" } : usedText(session, name);
  if (typeof text !== "string") {
    if (use.alias === undefined) file.lacksFile = true;
    session.reporter.report("cannot-read-file", span, { path: JSON.stringify(path), reason: text.problem });
    return;
  }
  const other = openUsed(session, { name, text });
  if (use.alias !== undefined) {
    bringAs(session, file, use.alias, other, aliases);
    return;
  }
  for (const [each, found] of other.own) {
    const before = used.get(each) ?? file.own.get(each);
    if (before === undefined) used.set(each, found);
    else if (before.declaration !== found.declaration) {
      session.reporter.report(
        "name-clash",
        span,
        { name: each },
        {
          related: [
            { span: before.declaration.name.span, text: "here" },
            { span: found.declaration.name.span, text: "and here" },
          ],
          help: `write use ${JSON.stringify(path)} as a_name`,
        },
      );
    }
  }
}

/** Whether a path names a file of the language's own library. */
export function isStandard(path: string): boolean {
  return path.startsWith("std/");
}

/** `use ".." as v`: the name must be free. */
function bringAs(
  session: Session,
  file: FileScope,
  { text, span }: Name,
  other: FileScope,
  aliases: Map<string, FileScope>,
): void {
  const before = file.own.get(text)?.declaration.name.span ?? file.aliasSpans.get(text);
  if (before !== undefined) {
    const related = [{ span: before, text: "first defined here" }];
    session.reporter.report("duplicate-name", span, { name: text }, { related });
    return;
  }
  file.aliasSpans.set(text, span);
  aliases.set(text, other);
}

/** `std/` names the language's own library; anything else is beside the file that uses it. */
export function pathFrom(user: string, path: string): string {
  const folder = isStandard(path) ? "" : folderOf(user);
  const segments: string[] = [];
  for (const segment of `${folder}${path}`.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== ".") segments.push(segment);
  }
  return segments.join("/");
}

function hasName(declaration: Declaration): declaration is Named {
  return "name" in declaration && declaration.kind !== "profile";
}

function folderOf(user: string): string {
  return user.includes("/") ? user.slice(0, user.lastIndexOf("/") + 1) : "";
}
