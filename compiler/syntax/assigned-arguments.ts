import type { IToken } from "chevrotain";
import type { Fix } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Places } from "./reader.ts";

/** `f(a=1, b = 2)`: a colon and a space for each `=` of the list of arguments, from the first wrong name on. */
export function colonsFor(wrong: IToken, tokens: readonly IToken[], places: Places): Fix | undefined {
  const spans: Span[] = [];
  let depth = 0;
  for (let i = tokens.indexOf(wrong); i < tokens.length && depth >= 0; i += 1) {
    const [token, after] = [tokens[i], tokens[i + 2]];
    if (token === undefined) break;
    if (opening.has(token.image)) depth += 1;
    else if (closing.has(token.image)) depth -= 1;
    else if (depth === 0 && token.tokenType.name === "Binding" && after !== undefined) {
      const name = places.token(token);
      spans.push({ source: name.source, start: name.end, end: places.token(after).start });
    }
  }
  const [span, ...also] = spans;
  return span === undefined ? undefined : { span, replacement: ": ", also };
}

const opening: ReadonlySet<string> = new Set(["(", "[", "{"]);
const closing: ReadonlySet<string> = new Set([")", "]", "}"]);
