import { marked, type Token } from "marked";
import { element } from "./dom.ts";
import { colouredCode } from "./editor/language.ts";

/**
 * Markdown as elements, programs in the editor's colours. Each is made here, and none of markup that stands in the text: documentation in a
 * spec may come from anywhere.
 */
export function markdown(text: string): readonly Node[] {
  return all(marked.lexer(text));
}

function all(tokens: readonly Token[] = []): readonly Node[] {
  return tokens.flatMap(nodesOf);
}

function nodesOf(token: Token): readonly Node[] {
  switch (token.type) {
    case "space":
      return [];
    case "heading":
      return [element("h2", {}, ...all(token.tokens))];
    case "paragraph":
      return [element("p", {}, ...all(token.tokens))];
    case "code":
      return [element("pre", {}, colouredCode(token.text))];
    case "hr":
      return [element("hr")];
    case "br":
      return [element("br")];
    case "list":
      return [element("ul", {}, ...all(token.items))];
    case "list_item":
      return [element("li", {}, ...all(token.tokens))];
    case "strong":
      return [element("strong", {}, ...all(token.tokens))];
    case "em":
      return [element("em", {}, ...all(token.tokens))];
    case "codespan":
      return [element("code", {}, token.text)];
    default:
      return token.type === "text" && token.tokens !== undefined
        ? all(token.tokens)
        : [document.createTextNode(token.raw)];
  }
}
