import type { CstNodeLocation, IToken } from "chevrotain";
import type { AnyNameCstNode } from "../../grammar/index.ts";
import { Anchor, AnchoredSpan, type Source, type Span } from "../diagnostics/source.ts";
import type { Name } from "./ast.ts";

/** Places of tokens and tree nodes of a part of a source that begins at `from`. Tokens that recovery inserted have no place. */
export class Places {
  readonly source: Source;
  readonly from: number;
  readonly #anchor: Anchor | undefined;

  constructor(source: Source, from = 0, anchor?: Anchor) {
    this.source = source;
    this.from = from;
    this.#anchor = anchor;
  }

  /** Places that move with a node, which is a declaration. */
  anchoredAt(node: { readonly location?: CstNodeLocation }): Places {
    return new Places(this.source, this.from, new Anchor(this.source, this.node(node).start));
  }

  token(token: IToken): Span {
    const start = Number.isNaN(token.startOffset) ? 0 : token.startOffset;
    const end = token.endOffset === undefined || Number.isNaN(token.endOffset) ? start : token.endOffset + 1;
    return this.range(start, end);
  }

  node(node: { readonly location?: CstNodeLocation } | undefined): Span {
    const start = node?.location?.startOffset;
    const end = node?.location?.endOffset;
    if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end)) return this.#nowhere;
    return this.range(start, end + 1);
  }

  name(token: IToken | undefined): Name {
    return token === undefined ? { text: "", span: this.#nowhere } : { text: token.image, span: this.token(token) };
  }

  anyName(nodes: readonly AnyNameCstNode[] | undefined): Name {
    const children = nodes?.[0]?.children;
    return this.name(children?.Name?.[0] ?? children?.Binding?.[0] ?? children?.Key?.[0]);
  }

  /** A range by offsets in the part. */
  range(from: number, to: number): Span {
    const start = this.from + from;
    const end = this.from + to;
    const anchor = this.#anchor;
    return anchor === undefined ? { source: this.source, start, end } : new AnchoredSpan(anchor, start, end);
  }

  /** What the text lacks stands at the beginning. */
  get #nowhere(): Span {
    const anchor = this.#anchor;
    return anchor === undefined ? this.range(0, 0) : new AnchoredSpan(anchor, anchor.start, anchor.start);
  }
}
