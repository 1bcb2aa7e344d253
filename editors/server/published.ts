import type { Diagnostic } from "vscode-languageserver";
import type { Documents } from "./documents.ts";
import { uriOf } from "./file-names.ts";

type Send = (uri: string, found: readonly Diagnostic[], version: number | undefined) => void;

/** What is said of each file: by its own check, and by those of the open files that use it. */
export class Published {
  readonly #send: Send;
  /** By the file that was checked, then by the file that is spoken of. */
  readonly #found = new Map<string, ReadonlyMap<string, readonly Diagnostic[]>>();
  readonly #versions = new Map<string, number>();

  constructor(send: Send) {
    this.#send = send;
  }

  set(name: string, version: number, found: ReadonlyMap<string, readonly Diagnostic[]>, documents: Documents): void {
    const before = this.#found.get(name);
    this.#found.set(name, found);
    this.#versions.set(name, version);
    this.#tell(new Set([...(before?.keys() ?? []), ...found.keys()]), documents);
  }

  delete(name: string, documents: Documents): void {
    const before = this.#found.get(name);
    this.#found.delete(name);
    this.#versions.delete(name);
    this.#tell(new Set([...(before?.keys() ?? []), name]), documents);
  }

  /** What was said of a version of a file; nothing of one that was not checked yet, whose places have moved. */
  of(name: string, version: number | undefined): readonly Diagnostic[] {
    const checked = this.#versions.get(name);
    return checked === undefined || checked === version ? this.#all(name) : [];
  }

  #tell(names: Iterable<string>, documents: Documents): void {
    for (const name of names) this.#send(uriOf(name), this.#all(name), documents.document(name)?.version);
  }

  #all(name: string): readonly Diagnostic[] {
    const own = this.#found.get(name)?.get(name) ?? [];
    const others = [...this.#found].flatMap(([main, found]) => (main === name ? [] : (found.get(name) ?? [])));
    const seen = new Set<string>();
    return [...own, ...others].filter((each) => {
      const key = `${JSON.stringify(each.range)} ${each.code} ${each.message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }
}
