import type { IToken } from "chevrotain";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Places } from "./reader.ts";

/** How deep brackets may nest, and how many operators an expression may have. */
export const depthLimits = { nesting: 32, chain: 500 } as const;

const pairs: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);
const closers: ReadonlySet<string> = new Set(pairs.values());

/** What ends one expression and begins another. */
const separators: ReadonlySet<string> = new Set(["Comma", "Key", "Binding"]);

/** What makes an expression one level deeper. */
const operators: ReadonlySet<string> = new Set([
  ..."-> + - * / ^ . == != < <= > >= | ?".split(" "),
  ...["and", "or", "not", "in", "if", "else", "with", "for", "match"],
]);

export interface Brackets {
  readonly diagnostics: readonly Diagnostic[];
  /** Whether the text is too deep for the parser, which recurs. */
  readonly tooDeep: boolean;
  /** Offsets from a bracket that is never closed to where the next declaration begins: what the parser says there is an echo. */
  readonly echoes: readonly { readonly from: number; readonly to: number }[];
}

/** Brackets that are never closed, one in each declaration, and nesting or chains too deep to be read. */
export function bracketMistakes(
  tokens: readonly IToken[],
  declarations: ReadonlySet<string>,
  places: Places,
): Brackets {
  const diagnostics: Diagnostic[] = [];
  const echoes: { from: number; to: number }[] = [];
  const open: IToken[] = [];
  // Operators so far in the expression at each level of brackets.
  const chains = [0];
  const refused = (token: IToken, code: "nested-too-deep" | "chain-too-long", limit: number): Brackets => ({
    diagnostics: [...diagnostics, diagnostic(code, places.token(token), { limit })],
    tooDeep: true,
    echoes,
  });
  const giveUp = (to: number) => {
    const culprit = open.at(-1);
    if (culprit === undefined) return;
    diagnostics.push(diagnostic("unclosed-bracket", places.token(culprit), { open: culprit.image }));
    echoes.push({ from: culprit.startOffset, to });
    open.length = 0;
    chains.length = 1;
  };
  for (const token of tokens) {
    const { image, tokenType } = token;
    const inner = open.at(-1)?.image;
    // In the first column: a declaration, or a binding where none can stand.
    const begins = declarations.has(tokenType.name) || (tokenType.name === "Binding" && inner !== "{");
    if (inner !== undefined && token.startColumn === 1 && begins) giveUp(token.startOffset);
    const level = chains.length - 1;
    if (pairs.has(image)) {
      open.push(token);
      chains.push(0);
      if (open.length > depthLimits.nesting) return refused(token, "nested-too-deep", depthLimits.nesting);
    } else if (closers.has(image)) {
      if (inner !== undefined && pairs.get(inner) === image) {
        open.pop();
        chains.pop();
      }
    } else if (separators.has(tokenType.name)) chains[level] = 0;
    else if (operators.has(image)) {
      const length = (chains[level] ?? 0) + 1;
      chains[level] = length;
      if (length > depthLimits.chain) return refused(token, "chain-too-long", depthLimits.chain);
    }
  }
  giveUp(Number.POSITIVE_INFINITY);
  return { diagnostics, tooDeep: false, echoes };
}
