import { dirname } from "node:path";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type Edited, type Facts, openEdited, withCosts } from "../../compiler/edit/index.ts";
import { isOnDisk, nameOf, readerOf } from "./file-names.ts";

interface Shown {
  readonly document: TextDocument;
  /** Opened as it was at a version, with the facts of then. */
  edited: { readonly version: number; readonly stamp: number; readonly value: Edited } | undefined;
}

/** The open documents with what the last checks found out. */
export class Documents {
  readonly #shown = new Map<string, Shown>();
  readonly #facts = new Map<string, Facts>();
  /** Raised whenever any text changes: what a file uses may be another. */
  #stamp = 0;

  set(document: TextDocument): void {
    const name = nameOf(document.uri);
    this.#shown.set(name, { document, edited: this.#shown.get(name)?.edited });
    this.#stamp += 1;
  }

  delete(name: string): void {
    this.#shown.delete(name);
    this.#facts.delete(name);
    this.#stamp += 1;
  }

  /** Files on disk changed. */
  touch(): void {
    this.#stamp += 1;
  }

  names(): readonly string[] {
    return [...this.#shown.keys()];
  }

  document(name: string): TextDocument | undefined {
    return this.#shown.get(name)?.document;
  }

  setFacts(name: string, facts: Facts): void {
    if (this.#shown.has(name)) this.#facts.set(name, facts);
  }

  addCosts(name: string, costs: ReadonlyMap<string, number>): void {
    const facts = this.#facts.get(name);
    if (facts !== undefined) this.#facts.set(name, withCosts(facts, costs));
  }

  /** Texts of open documents by name: they go before files. */
  texts(): ReadonlyMap<string, string> {
    return new Map([...this.#shown].map(([name, { document }]) => [name, document.getText()]));
  }

  /** A document as it is now; `paths` are the files that it could use. */
  edited(uri: string, paths: () => readonly string[] = () => []): Edited | undefined {
    const name = nameOf(uri);
    const shown = this.#shown.get(name);
    if (shown === undefined) return undefined;
    const { document, edited } = shown;
    const facts = this.#factsOf(name);
    const isNow = edited?.version === document.version && edited.stamp === this.#stamp;
    if (isNow && edited.value.facts === facts) return edited.value;
    const source = { name, text: document.getText() };
    const value = isNow
      ? { ...edited.value, facts }
      : openEdited(source, readerOf(name, this.texts()), { facts, paths, before: edited?.value });
    shown.edited = { version: document.version, stamp: this.#stamp, value };
    return value;
  }

  /** A file of its own that no stage reaches takes what the check of another found out about it. */
  #factsOf(name: string): Facts | undefined {
    const own = this.#facts.get(name);
    if ((own?.values.get(name)?.length ?? 0) > 0) return own;
    const other = [...this.#facts.values()].find((facts) => (facts.values.get(name)?.length ?? 0) > 0);
    return other ?? own;
  }
}

/** Where the weight files of a spec are looked for: the folder that is open around it, else its own. */
export function baseFolder(name: string, folders: readonly string[]): string {
  const around = folders.filter((folder) => name === folder || name.startsWith(`${folder}/`));
  const nearest = around.toSorted((a, b) => b.length - a.length)[0];
  return nearest ?? (isOnDisk(name) ? dirname(name) : process.cwd());
}
