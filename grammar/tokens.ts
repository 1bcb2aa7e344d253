import { createToken, Lexer, type TokenType } from "chevrotain";

/** A mark of the language; `label` is what messages call it. */
const mark = (name: string, text: string): TokenType => createToken({ name, pattern: text, label: `\`${text}\`` });

/** A word that the pass between lexer and parser tells apart from other names. */
const word = (text: string): TokenType =>
  createToken({ name: text[0]?.toUpperCase() + text.slice(1), pattern: Lexer.NA, label: `\`${text}\`` });

export const Space = createToken({ name: "Space", pattern: /[ \t\r\n]+/, group: Lexer.SKIPPED, line_breaks: true });
export const Comment = createToken({ name: "Comment", pattern: /#[^\n\r]*/, group: "comments" });
export const NumberToken = createToken({
  name: "Number",
  pattern: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/,
  label: "a number",
});
export const StringToken = createToken({ name: "String", pattern: /"(?:[^"\\\n\r]|\\[^\n\r])*"/, label: "a string" });
export const UnclosedString = createToken({ name: "UnclosedString", pattern: /"(?:[^"\\\n\r]|\\[^\n\r]?)*/ });
export const Name = createToken({ name: "Name", pattern: /[A-Za-z_]\w*/, label: "a name" });
/** A name right before `:`. */
export const Key = createToken({ name: "Key", pattern: Lexer.NA, label: "`name:`" });
/** A name right before `=`. */
export const Binding = createToken({ name: "Binding", pattern: Lexer.NA, label: "`name =`" });
/** The same for a binding of the file: nothing else can begin with it, so that recovery never takes it for something else. */
export const TopBinding = createToken({ name: "TopBinding", pattern: Lexer.NA, label: "`name =`" });
/** A unit right after a number. */
export const Unit = createToken({ name: "Unit", pattern: Lexer.NA, label: "a unit" });

export const Arrow = mark("Arrow", "->");
export const DotDot = mark("DotDot", "..");
/** `..` with nothing behind: an open end of a range, or the axes that are carried. */
export const OpenEnd = createToken({ name: "OpenEnd", pattern: Lexer.NA, label: "`..`" });
export const StarStar = mark("StarStar", "**");
export const Equal = mark("Equal", "==");
export const NotEqual = mark("NotEqual", "!=");
export const AtMost = mark("AtMost", "<=");
export const AtLeast = mark("AtLeast", ">=");
export const Less = mark("Less", "<");
export const Greater = mark("Greater", ">");
export const Assign = mark("Assign", "=");
export const Plus = mark("Plus", "+");
export const Minus = mark("Minus", "-");
export const Star = mark("Star", "*");
export const Slash = mark("Slash", "/");
export const Caret = mark("Caret", "^");
export const LeftParen = mark("LeftParen", "(");
export const RightParen = mark("RightParen", ")");
export const LeftBracket = mark("LeftBracket", "[");
export const RightBracket = mark("RightBracket", "]");
export const LeftBrace = mark("LeftBrace", "{");
export const RightBrace = mark("RightBrace", "}");
export const Comma = mark("Comma", ",");
export const Colon = mark("Colon", ":");
export const Dot = mark("Dot", ".");
export const Pipe = mark("Pipe", "|");
export const Question = mark("Question", "?");

/** Words that are never names. */
export const reserved = {
  return: word("return"),
  head: word("head"),
  for: word("for"),
  if: word("if"),
  thenWord: word("then"),
  else: word("else"),
  match: word("match"),
  in: word("in"),
  with: word("with"),
  on: word("on"),
  and: word("and"),
  or: word("or"),
  not: word("not"),
  true: word("true"),
  false: word("false"),
  none: word("none"),
  as: word("as"),
} as const;

/** Words only at the start of a declaration. */
export const declarationWords = {
  use: word("use"),
  data: word("data"),
  task: word("task"),
  encoder: word("encoder"),
  module: word("module"),
  loss: word("loss"),
  model: word("model"),
  stage: word("stage"),
  sweep: word("sweep"),
  assemble: word("assemble"),
  export: word("export"),
  submit: word("submit"),
  profile: word("profile"),
} as const;

/** Words in one place only. */
export const placeWords = { train: word("train"), apply: word("apply"), many: word("many") } as const;

/** Units of durations and spans, in singular and plural. */
export const units: ReadonlySet<string> = new Set(
  ["epoch", "step", "hour", "frame", "row", "second"].flatMap((unit) => [unit, `${unit}s`]),
);

const lexed: readonly TokenType[] = [
  Space,
  Comment,
  NumberToken,
  StringToken,
  UnclosedString,
  Name,
  Arrow,
  DotDot,
  OpenEnd,
  StarStar,
  Equal,
  NotEqual,
  AtMost,
  AtLeast,
  Less,
  Greater,
  Assign,
  Plus,
  Minus,
  Star,
  Slash,
  Caret,
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  LeftBrace,
  RightBrace,
  Comma,
  Colon,
  Dot,
  Pipe,
  Question,
];

export const lexerTokens: TokenType[] = [...lexed];

export const vocabulary: TokenType[] = [
  ...lexed,
  Key,
  Binding,
  TopBinding,
  Unit,
  ...Object.values(reserved),
  ...Object.values(declarationWords),
  ...Object.values(placeWords),
];
