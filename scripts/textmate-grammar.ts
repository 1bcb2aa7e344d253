/** The grammar that editors colour a text by before the language server knows it, from the tokens of the language. */
import type { TokenType } from "chevrotain";
import { snippets } from "../compiler/edit/snippets.ts";
import * as t from "../grammar/tokens.ts";

interface Rule {
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly name?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly patterns?: readonly Rule[];
}

const wordsOf = (table: Readonly<Record<string, TokenType>>) =>
  Object.values(table).map(({ name }) => name.toLowerCase());
const oneOf = (words: Iterable<string>) => `(?:${[...words].toSorted().join("|")})`;
const sourceOf = ({ PATTERN }: TokenType) => (PATTERN instanceof RegExp ? PATTERN.source : escaped(String(PATTERN)));
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Reserved words by what they do; every one must be in one of these. */
const roles = {
  "keyword.control.abaw": ["return", "head", "for", "if", "then", "else", "match", "with", "on", "as"],
  "keyword.operator.word.abaw": ["and", "or", "not", "in"],
  "constant.language.abaw": ["true", "false", "none"],
} as const;

/** Marks by what they do; brackets are told apart by the editor. */
const operators = [
  t.Arrow,
  t.OpenEnd,
  t.DotDot,
  t.StarStar,
  t.Equal,
  t.NotEqual,
  t.AtMost,
  t.AtLeast,
  t.Less,
  t.Greater,
  t.Assign,
  t.Plus,
  t.Minus,
  t.Star,
  t.Slash,
  t.Caret,
  t.Pipe,
  t.Question,
].filter(({ PATTERN }) => typeof PATTERN === "string");

export function textMateGrammar(): string {
  const name = sourceOf(t.Name);
  const reserved = wordsOf(t.reserved);
  const placed = new Set(Object.values(roles).flat() as readonly string[]);
  const forgotten = reserved.filter((word) => !placed.has(word));
  if (forgotten.length > 0) throw new Error(`no colour for ${forgotten.join(", ")}`);
  const patterns: readonly Rule[] = [
    {
      match: `(##?)\\s*(allow)\\(([\\w-]*)\\)[^\\n\\r]*`,
      name: "comment.line.number-sign.abaw",
      captures: { 2: { name: "keyword.other.allow.abaw" }, 3: { name: "constant.other.code.abaw" } },
    },
    { match: `##[^\\n\\r]*`, name: "comment.line.number-sign.documentation.abaw" },
    { match: sourceOf(t.Comment), name: "comment.line.number-sign.abaw" },
    {
      begin: '"',
      end: '"|$',
      name: "string.quoted.double.abaw",
      patterns: [{ match: "\\\\.", name: "constant.character.escape.abaw" }],
    },
    {
      match: `(${sourceOf(t.NumberToken)})(?:[ \\t]+(${oneOf(t.units)})\\b(?![ \\t]*:))?`,
      captures: { 1: { name: "constant.numeric.abaw" }, 2: { name: "keyword.other.unit.abaw" } },
    },
    {
      match: `^[ \\t]*(${oneOf(wordsOf(t.declarationWords))})[ \\t]+(?=")`,
      captures: { 1: { name: "keyword.control.import.abaw" } },
    },
    {
      match: `^[ \\t]*(${oneOf(wordsOf(t.declarationWords))})[ \\t]+(?!${oneOf(reserved)}\\b)(${name})`,
      captures: { 1: { name: "storage.type.abaw" }, 2: { name: "entity.name.type.abaw" } },
    },
    {
      match: `(=)[ \\t]*(${oneOf([t.placeWords.train, t.placeWords.apply].map((word) => word.name.toLowerCase()))})\\b(?=[ \\t]+\\w)`,
      captures: { 1: { name: "keyword.operator.abaw" }, 2: { name: "keyword.control.abaw" } },
    },
    { match: `(?<![.\\w])(${name})(?=[ \\t]*:)`, name: "variable.other.property.abaw" },
    { match: `(?<=\\.)(${name})(?=[ \\t]*:)`, name: "variable.other.property.abaw" },
    ...Object.entries(roles).map(([scope, words]): Rule => ({ match: `(?<!\\.)\\b${oneOf(words)}\\b`, name: scope })),
    {
      match: `(->)[ \\t]*(?!${oneOf(reserved)}\\b)(${name})`,
      captures: { 1: { name: "keyword.operator.abaw" }, 2: { name: "entity.name.function.abaw" } },
    },
    { match: `${name}(?=\\()`, name: "entity.name.function.abaw" },
    { match: `(?<=\\.)${name}`, name: "variable.other.member.abaw" },
    { match: `${name}(?=[ \\t]*=(?!=))`, name: "variable.other.definition.abaw" },
    { match: name, name: "variable.other.abaw" },
    {
      match: operators
        .map(sourceOf)
        .toSorted((a, b) => b.length - a.length)
        .join("|"),
      name: "keyword.operator.abaw",
    },
    { match: [t.Comma, t.Colon, t.Dot].map(sourceOf).join("|"), name: "punctuation.separator.abaw" },
  ];
  const grammar = {
    $comment: "Generated from grammar/tokens.ts by scripts/generate.ts.",
    name: "abaw",
    scopeName: "source.abaw",
    fileTypes: ["abaw"],
    patterns,
  };
  return `${JSON.stringify(grammar, undefined, 2)}\n`;
}

/** The declarations ready to be filled in, as VS Code has them. */
export function snippetsFile(): string {
  const entries = snippets.map(({ prefix, text, doc }) => [
    prefix,
    { prefix, body: text.split("\n"), description: doc },
  ]);
  return `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`;
}
