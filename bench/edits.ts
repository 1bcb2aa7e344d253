/** What a person types into a spec: one change somewhere in a line, at places spread evenly over the text. */
import { tokenise } from "../grammar/index.ts";

export interface Edit {
  readonly kind: "digit" | "name" | "argument";
  readonly offset: number;
  readonly text: string;
}

const kinds: readonly Edit["kind"][] = ["digit", "name", "argument"];

/** Edits by turns: a digit behind a number, a letter in a name, an argument before a closing bracket. Each is meant to be undone. */
export function editsOf(text: string, count: number): readonly Edit[] {
  const { tokens } = tokenise(text);
  const taken = new Set<number>();
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length] ?? "digit";
    const from = Math.floor((text.length * i) / count);
    const candidates = tokens.flatMap((token, k): readonly Edit[] => {
      const { image, startOffset, startLine, tokenType } = token;
      const before = tokens[k - 1];
      // In the middle of a line.
      if (before === undefined || before.startLine !== startLine) return [];
      const end = startOffset + image.length;
      if (kind === "digit") return tokenType.name === "Number" ? [{ kind, offset: end, text: "1" }] : [];
      if (kind === "name") {
        return tokenType.name === "Name" && image.length > 2 ? [{ kind, offset: startOffset + 2, text: "x" }] : [];
      }
      const comma = before.image === "(" ? "" : ", ";
      return image === ")" ? [{ kind, offset: startOffset, text: `${comma}seed: 1` }] : [];
    });
    const free = candidates.filter(({ offset }) => !taken.has(offset));
    const found = free.find(({ offset }) => offset >= from) ?? free.at(-1);
    if (found === undefined) throw new Error(`the text has no place for edit ${i}`);
    taken.add(found.offset);
    return found;
  });
}

export function applied(text: string, { offset, text: typed }: Edit): string {
  return text.slice(0, offset) + typed + text.slice(offset);
}
