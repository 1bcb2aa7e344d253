import type { IToken } from "chevrotain";
import { asTopBinding, closerAfter } from "../../grammar/index.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Places } from "./reader.ts";
import { TreeHeight } from "./tree-height.ts";

/** How deep brackets may nest, and how many operators an expression may have, with those in and around its brackets. */
export const depthLimits = { nesting: 32, chain: 500 } as const;

/** Of brackets that are never closed so many are told. */
const mostTold = 200;

const pairs: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);
const closers: ReadonlySet<string> = new Set(pairs.values());

/** What ends one expression and begins another. */
const separators: ReadonlySet<string> = new Set(["Comma", "Colon", "Key", "Binding", "TopBinding"]);

/** What a call or an index can follow. */
const callable: ReadonlySet<string> = new Set(["Name", "RightParen", "RightBracket", "RightBrace"]);

/** What makes an expression one level deeper. */
const operators: ReadonlySet<string> = new Set([
  ..."-> + - * / ^ . == != < <= > >= | ?".split(" "),
  ...["and", "or", "not", "in", "if", "else", "with", "for", "match"],
]);

export interface Brackets {
  readonly diagnostics: readonly Diagnostic[];
  /** Whether the text is too deep for the parser, which recurs. */
  readonly tooDeep: boolean;
  /** The tokens with the brackets that are missing, where the next declaration begins. */
  readonly tokens: readonly IToken[];
  /** Offsets from a bracket that is never closed to there: what the parser says between is an echo. */
  readonly echoes: readonly { readonly from: number; readonly to: number }[];
}

/** Brackets that are never closed, one in each declaration, closed again; nesting or chains too deep to be read. */
export function repairBrackets(tokens: readonly IToken[], declarations: ReadonlySet<string>, places: Places): Brackets {
  const diagnostics: Diagnostic[] = [];
  const echoes: { from: number; to: number }[] = [];
  const repaired: IToken[] = [];
  let open: { readonly token: IToken; readonly index: number }[] = [];
  /** Where brackets opened that were closed again while another around them was open, and where they closed. */
  let closed: { readonly opener: number; readonly closer: number }[] = [];
  const tree = new TreeHeight();
  const refused = (token: IToken, code: "nested-too-deep" | "chain-too-long", limit: number): Brackets => ({
    diagnostics: [...diagnostics, diagnostic(code, places.token(token), { limit })],
    tooDeep: true,
    tokens,
    echoes,
  });
  /** Where the text behind an open bracket begins anew: the first binding in the first column, or the token at hand. */
  const restart = (from: number, to: number): number => {
    for (let i = from + 1; i < to; i += 1) {
      const token = tokens[i];
      if (token?.tokenType.name === "Binding" && token.startColumn === 1) return i;
    }
    return to;
  };
  for (let i = 0; i <= tokens.length; i += 1) {
    const token = tokens[i];
    const begins = token === undefined || (token.startColumn === 1 && declarations.has(token.tokenType.name));
    const culprit = open.at(-1);
    const outermost = open[0]?.index ?? i;
    const tooDeep = token !== undefined && pairs.has(token.image) && open.length >= depthLimits.nesting;
    if (tooDeep && restart(outermost, i) === i) return refused(token, "nested-too-deep", depthLimits.nesting);
    if (culprit !== undefined && (begins || tooDeep)) {
      const at = restart(outermost, i);
      // What was read since is read again, as text of its own.
      const inside = open.filter(({ index }) => index < at);
      repaired.length -= i - at;
      const last = tokens[at - 1];
      const told = inside.at(-1) ?? culprit;
      const lacking = misfit(tokens, told.index, closed) ?? told.token;
      if (diagnostics.length <= mostTold)
        diagnostics.push(diagnostic("unclosed-bracket", places.token(lacking), { open: lacking.image }));
      echoes.push({ from: told.token.startOffset, to: tokens[at]?.startOffset ?? Number.POSITIVE_INFINITY });
      if (last !== undefined)
        for (const { token: opener } of inside.toReversed()) repaired.push(closerAfter(last, closerOf(opener.image)));
      open = [];
      closed = [];
      tree.restart();
      i = at - 1;
      continue;
    }
    if (token === undefined) break;
    const outside = open.length === 0 && token.startColumn === 1 && token.tokenType.name === "Binding";
    repaired.push(outside ? asTopBinding(token) : token);
    const { image, tokenType } = token;
    if (pairs.has(image)) {
      if (callable.has(tokens[i - 1]?.tokenType.name ?? "")) tree.operator();
      open.push({ token, index: i });
      tree.open();
    } else if (closers.has(image)) {
      if (culprit !== undefined && pairs.get(culprit.token.image) === image) {
        open.pop();
        if (open.length === 0) closed = [];
        else closed.push({ opener: culprit.index, closer: i });
        tree.close();
      }
    } else if (separators.has(tokenType.name) || declarations.has(tokenType.name)) tree.separate();
    else if (operators.has(image)) tree.operator();
    if (tree.height > depthLimits.chain) return refused(token, "chain-too-long", depthLimits.chain);
  }
  return { diagnostics, tooDeep: false, tokens: repaired, echoes };
}

/**
 * The bracket that really lacks its closing one, by the layout: what closed it stands first on its line and right below the line of
 * another, which is therefore left open.
 */
function misfit(
  tokens: readonly IToken[],
  open: number,
  closed: readonly { readonly opener: number; readonly closer: number }[],
): IToken | undefined {
  const indent = (index: number): number => {
    let first = index;
    while (first > 0 && tokens[first - 1]?.startLine === tokens[index]?.startLine) first -= 1;
    return tokens[first]?.startColumn ?? 1;
  };
  const outer = indent(open);
  const wrong = closed.find(({ opener, closer }) => {
    const [before, at] = [tokens[closer - 1], tokens[closer]];
    if (opener < open || at === undefined || before?.endLine === at.startLine) return false;
    return at.startColumn === outer && outer !== indent(opener);
  });
  return wrong === undefined ? undefined : tokens[wrong.opener];
}

function closerOf(image: string): ")" | "]" | "}" {
  return image === "(" ? ")" : image === "[" ? "]" : "}";
}
