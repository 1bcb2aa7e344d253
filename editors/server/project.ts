import { readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { isStandard } from "../../compiler/check/files.ts";
import { type Edited, openEdited } from "../../compiler/edit/index.ts";
import type { Documents } from "./documents.ts";
import { nameOf, readerOf, textOfFile, uriOf } from "./file-names.ts";

/** So many specs are looked through, in folders of such a depth. */
const limits = { files: 1000, depth: 10, folders: 5000 } as const;
const skipped: ReadonlySet<string> = new Set(["node_modules", "dist", "build", "runs", "data", "__pycache__"]);

/** All specs below some folders. */
export function specsBelow(folders: readonly string[]): readonly string[] {
  const found: string[] = [];
  let visited = 0;
  const visit = (folder: string, depth: number): void => {
    visited += 1;
    if (depth > limits.depth || visited > limits.folders) return;
    for (const entry of entriesOf(folder)) {
      if (found.length >= limits.files) return;
      if (entry.name.startsWith(".") || skipped.has(entry.name)) continue;
      if (entry.isDirectory()) visit(join(folder, entry.name), depth + 1);
      else if (entry.isFile() && entry.name.endsWith(".abaw")) found.push(posix.normalize(`${folder}/${entry.name}`));
    }
  };
  for (const folder of folders) visit(folder, 0);
  return [...new Set(found)];
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The specs of a project as texts: those that are open, and those of the open folders. */
export class Project {
  readonly #documents: Documents;
  readonly #folders: () => readonly string[];

  constructor(documents: Documents, folders: () => readonly string[]) {
    this.#documents = documents;
    this.#folders = folders;
  }

  names(): readonly string[] {
    const all = [...this.#documents.names(), ...specsBelow(this.#folders())];
    return [...new Set(all.map((name) => nameOf(uriOf(name))))];
  }

  /** Every spec opened; those that cannot be read are left out. */
  all(): Iterable<Edited> {
    return this.#opened(() => true);
  }

  *#opened(wanted: (text: string) => boolean): Iterable<Edited> {
    const texts = this.#documents.texts();
    for (const name of this.names()) {
      const shown = this.#documents.edited(uriOf(name));
      const text = shown === undefined && !isStandard(name) ? textOfFile(name) : undefined;
      if (shown !== undefined) yield shown;
      else if (text !== undefined && wanted(text)) yield openEdited({ name, text }, readerOf(name, texts));
    }
  }

  /** The other specs that have to do with one: those that use it, or a file that it uses. */
  around(edited: Edited): readonly Edited[] {
    const own = [...edited.program.files.keys()].filter((name) => !isStandard(name));
    const mention = own.map((name) => `${posix.basename(name)}"`);
    const others = [...this.#opened((text) => mention.some((word) => text.includes(word)))];
    return others.filter(
      ({ source, program }) => source.name !== edited.source.name && own.some((name) => program.files.has(name)),
    );
  }

  /** Paths that a spec could give to `use`: those below its folder. */
  pathsFor(name: string): readonly string[] {
    const folder = posix.dirname(name);
    return this.names().flatMap((other) =>
      other !== name && other.startsWith(`${folder}/`) ? [other.slice(folder.length + 1)] : [],
    );
  }
}
