import { tokenise } from "../../../../grammar/index.ts";
import { declarationWords, placeWords, reserved } from "../../../../grammar/tokens.ts";

/** What a token is to a reader's eye. */
export type Look =
  | "comment"
  | "documentation"
  | "number"
  | "unit"
  | "string"
  | "name"
  | "called"
  | "declared"
  | "key"
  | "word"
  | "declaring"
  | "constant"
  | "operator"
  | "bracket"
  | "separator";

export interface Looking {
  readonly look: Look;
  readonly from: number;
  readonly to: number;
}

type Token = ReturnType<typeof tokenise>["tokens"][number];

const namesOf = (words: Readonly<Record<string, { readonly name: string }>>) =>
  Object.values(words).map(({ name }) => name);

/** Looks of tokens by their name in the grammar; `name` for those that their neighbours tell apart. */
const looks: ReadonlyMap<string, Look> = new Map([
  ...[...namesOf(reserved), ...namesOf(placeWords)].map((name) => [name, "word"] as const),
  ...namesOf(declarationWords).map((name) => [name, "declaring"] as const),
  ...(["True", "False", "None"] as const).map((name) => [name, "constant"] as const),
  ...["LeftParen", "RightParen", "LeftBracket", "RightBracket", "LeftBrace", "RightBrace"].map(
    (name) => [name, "bracket"] as const,
  ),
  ["Comma", "separator"],
  ["Colon", "separator"],
  ["Dot", "separator"],
  ["Number", "number"],
  ["Unit", "unit"],
  ["String", "string"],
  ["UnclosedString", "string"],
  ["Name", "name"],
  ["Key", "key"],
  ["Binding", "declared"],
  ["TopBinding", "declared"],
]);

const declaring: ReadonlySet<string> = new Set(namesOf(declarationWords));

const typeBefore: ReadonlySet<string> = new Set(["Colon", "Pipe"]);

/** The tokens of a text as they look, in order; what has no meaning is left out. */
export function looksOf(text: string): readonly Looking[] {
  const { tokens, comments } = tokenise(text);
  const found = tokens.map((token, i) => looking(token, lookOf(token, tokens[i - 1], tokens[i + 1])));
  const said = comments.map((token) => looking(token, token.image.startsWith("##") ? "documentation" : "comment"));
  return said.length === 0 ? found : [...found, ...said].toSorted((a, b) => a.from - b.from);
}

function looking({ startOffset, image }: Token, look: Look): Looking {
  return { look, from: startOffset, to: startOffset + image.length };
}

function lookOf(token: Token, before: Token | undefined, after: Token | undefined): Look {
  // The type of a parameter that has a default stands before `=` as well.
  if (token.tokenType.name === "Binding" && typeBefore.has(before?.tokenType.name ?? "")) return "name";
  const look = looks.get(token.tokenType.name) ?? "operator";
  if (look !== "name") return look;
  if (before !== undefined && declaring.has(before.tokenType.name)) return "declared";
  return after?.tokenType.name === "LeftParen" || before?.tokenType.name === "Arrow" ? "called" : "name";
}
