import type { CstElement, IToken } from "chevrotain";
import type { FileCstNode } from "./cst.generated.ts";
import { grammar } from "./grammar-table.generated.ts";
import { isFile } from "./rules.ts";

/** What a rule consists of: tokens by name, other rules, and what one token decides. */
export type Part =
  | { readonly kind: "token" | "rule"; readonly name: string }
  | {
      readonly kind: "choice";
      /** The alternative that a token begins. */
      readonly by: Readonly<Record<string, number>>;
      readonly alternatives: readonly (readonly Part[])[];
    }
  | { readonly kind: "optional" | "many"; readonly begins: readonly string[]; readonly parts: readonly Part[] }
  | {
      readonly kind: "separated";
      /** Nothing is there unless one of these is; where none is named, one part at least is there. */
      readonly begins: readonly string[];
      readonly by: string;
      readonly parts: readonly Part[];
    };

interface Node {
  readonly name: string;
  readonly children: Record<string, CstElement[]>;
  readonly location: { startOffset: number; endOffset: number };
}

/**
 * Reads a text without mistakes, from the grammar as a table. A chevrotain parser first finds out what its grammar is, and passes each
 * token through layers that a text with mistakes needs: for a check, which reads one text once, both take longer than reading. What a
 * text with a mistake should have said, `AbawParser` says. The trees are the same, which a test compares.
 */
export class QuickParser {
  #tokens: readonly IToken[] = [];
  #at = 0;

  /** The tree of the tokens of a text; undefined where the text has a mistake. */
  read(tokens: readonly IToken[]): FileCstNode | undefined {
    this.#tokens = tokens;
    this.#at = 0;
    const file = this.#rule("file");
    return this.#at === tokens.length && isFile(file) ? file : undefined;
  }

  get #next(): string {
    return this.#tokens[this.#at]?.tokenType.name ?? "EOF";
  }

  #rule(name: string): Node | undefined {
    const begun = this.#at;
    const location = { startOffset: this.#tokens[begun]?.startOffset ?? Number.NaN, endOffset: Number.NaN };
    const node: Node = { name, children: {}, location };
    if (!this.#all(grammar[name] ?? [], node)) return undefined;
    if (this.#at === begun) location.startOffset = Number.NaN;
    else location.endOffset = this.#tokens[this.#at - 1]?.endOffset ?? Number.NaN;
    return node;
  }

  #all(parts: readonly Part[], node: Node): boolean {
    for (const part of parts) if (!this.#part(part, node)) return false;
    return true;
  }

  #part(part: Part, node: Node): boolean {
    switch (part.kind) {
      case "token":
        return this.#token(part.name, node);
      case "rule": {
        const child = this.#rule(part.name);
        if (child !== undefined) add(node, part.name, child);
        return child !== undefined;
      }
      case "choice": {
        const chosen = part.alternatives[part.by[this.#next] ?? -1];
        return chosen !== undefined && this.#all(chosen, node);
      }
      case "optional":
        return !part.begins.includes(this.#next) || this.#all(part.parts, node);
      case "many":
        while (part.begins.includes(this.#next)) if (!this.#all(part.parts, node)) return false;
        return true;
      case "separated":
        if (part.begins.length > 0 && !part.begins.includes(this.#next)) return true;
        if (!this.#all(part.parts, node)) return false;
        while (this.#next === part.by) if (!this.#token(part.by, node) || !this.#all(part.parts, node)) return false;
        return true;
    }
  }

  #token(name: string, node: Node): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.tokenType.name !== name) return false;
    this.#at += 1;
    add(node, name, token);
    return true;
  }
}

function add({ children }: Node, name: string, child: CstElement): void {
  const known = children[name];
  if (known === undefined) children[name] = [child];
  else known.push(child);
}
