import {
  defineLanguageFacet,
  Language,
  LanguageSupport,
  languageDataProp,
  syntaxHighlighting,
} from "@codemirror/language";
import { type Input, NodeSet, NodeType, Parser, type PartialParse, Tree } from "@lezer/common";
import { styleTags, type Tag, tagHighlighter, tags } from "@lezer/highlight";
import { element } from "../dom.ts";
import { type Look, looksOf } from "./tokens.ts";

const tagOf: Readonly<Record<Look, Tag>> = {
  comment: tags.lineComment,
  documentation: tags.docComment,
  number: tags.number,
  unit: tags.unit,
  string: tags.string,
  name: tags.variableName,
  called: tags.function(tags.variableName),
  declared: tags.definition(tags.variableName),
  key: tags.propertyName,
  word: tags.keyword,
  declaring: tags.definitionKeyword,
  constant: tags.bool,
  operator: tags.operator,
  bracket: tags.bracket,
  separator: tags.separator,
};

const data = defineLanguageFacet({
  commentTokens: { line: "#" },
  closeBrackets: { brackets: ["(", "[", "{", '"'] },
});

const file = NodeType.define({ id: 0, name: "file", top: true, props: [[languageDataProp, data]] });
const kinds = Object.keys(tagOf).map((name, i) => NodeType.define({ id: i + 1, name }));
const types = new NodeSet([file, ...kinds]).extend(styleTags(tagOf));
const typeOf = new Map(types.types.map((type) => [type.name, type]));

/** A longer text is shown without colours: its tokens are found anew at every change. */
const longest = 200_000;

/** A flat tree: a file and its tokens, from the language's own lexer. */
function treeOf(text: string): Tree {
  const top = typeOf.get("file") ?? file;
  if (text.length > longest) return new Tree(top, [], [], text.length);
  const found = looksOf(text);
  const leaves = found.map(({ look, from, to }) => new Tree(typeOf.get(look) ?? file, [], [], to - from));
  const places = found.map(({ from }) => from);
  return new Tree(top, leaves, places, text.length).balance();
}

class TokenParser extends Parser {
  createParse(input: Input): PartialParse {
    let stoppedAt: number | null = null;
    return {
      parsedPos: 0,
      get stoppedAt() {
        return stoppedAt;
      },
      stopAt: (at: number) => {
        stoppedAt = at;
      },
      advance: () => treeOf(input.read(0, stoppedAt ?? input.length)),
    };
  }
}

const parser = new TokenParser();

const classes = tagHighlighter(Object.entries(tagOf).map(([look, tag]) => ({ tag, class: classOf(look) })));

function classOf(look: string): string {
  return `look-${look}`;
}

export function abawLanguage(): LanguageSupport {
  return new LanguageSupport(new Language(data, parser, [], "abaw"), [syntaxHighlighting(classes)]);
}

/** How each look is drawn, for the page and for the shadow roots of its editors: colours are variables of the page's style sheet. */
export const looksSheet = new CSSStyleSheet();
looksSheet.replaceSync(`
.${classOf("comment")} { color: var(--code-comment) }
.${classOf("documentation")} { color: var(--code-documentation) }
.${classOf("number")}, .${classOf("unit")}, .${classOf("constant")} { color: var(--code-number) }
.${classOf("string")} { color: var(--code-string) }
.${classOf("called")} { color: var(--code-called) }
.${classOf("declared")} { color: var(--code-declared); font-weight: 600 }
.${classOf("key")} { color: var(--code-key) }
.${classOf("word")}, .${classOf("declaring")} { color: var(--code-word) }
.${classOf("operator")}, .${classOf("separator")}, .${classOf("bracket")} { color: var(--code-mark) }
`);

/** A program to read, in the editor's colours. */
export function colouredCode(program: string): HTMLElement {
  let done = 0;
  const parts = looksOf(program).flatMap(({ look, from, to }) => {
    const before = program.slice(done, from);
    done = to;
    return [before, element("span", { class: classOf(look) }, program.slice(from, to))];
  });
  return element("code", {}, ...parts, program.slice(done));
}
