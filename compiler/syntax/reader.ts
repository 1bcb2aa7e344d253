import type { CstNodeLocation, IToken } from "chevrotain";
import type { AnyNameCstNode } from "../../grammar/index.ts";
import type { Source, Span } from "../diagnostics/source.ts";
import type { Name } from "./ast.ts";

/** Places of tree nodes in one source. Tokens that recovery inserted have no place. */
export class Places {
  readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  token(token: IToken): Span {
    const start = Number.isNaN(token.startOffset) ? 0 : token.startOffset;
    const end = token.endOffset === undefined || Number.isNaN(token.endOffset) ? start : token.endOffset + 1;
    return { source: this.source, start, end };
  }

  node(node: { readonly location?: CstNodeLocation } | undefined): Span {
    const start = node?.location?.startOffset;
    const end = node?.location?.endOffset;
    if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end)) {
      return { source: this.source, start: 0, end: 0 };
    }
    return { source: this.source, start, end: end + 1 };
  }

  name(token: IToken | undefined): Name {
    return token === undefined
      ? { text: "", span: { source: this.source, start: 0, end: 0 } }
      : { text: token.image, span: this.token(token) };
  }

  anyName(nodes: readonly AnyNameCstNode[] | undefined): Name {
    const children = nodes?.[0]?.children;
    return this.name(children?.Name?.[0] ?? children?.Binding?.[0] ?? children?.Key?.[0]);
  }
}
