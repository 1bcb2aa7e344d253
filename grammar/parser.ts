import { EOF, type IParserErrorMessageProvider, type TokenType } from "chevrotain";
import { GrammarRules } from "./rules.ts";
import * as t from "./tokens.ts";

const { reserved: r, declarationWords: d } = t;

const anchors: ReadonlySet<TokenType> = new Set([
  ...Object.values(d),
  t.TopBinding,
  t.Binding,
  t.Key,
  t.RightBrace,
  r.head,
  r.return,
]);

/** Reads a text with mistakes: says of each what was expected, and goes on. */
export class AbawParser extends GrammarRules {
  constructor(skipValidations = true) {
    super({ recoveryEnabled: true, skipValidations, errorMessageProvider: messages });
    this.performSelfAnalysis();
  }

  override reset(): void {
    told.errors = 0;
    super.reset();
  }

  /** What begins something new is never taken away to repair what stands before it (language rule 90). Asked with the token that is wanted. */
  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    return !anchors.has(this.LA(1).tokenType);
  }
}

/** Ends the parsing of a text with more errors than anybody reads: each costs a search for where to go on. */
export class TooManyErrors extends Error {}

const mostErrors = 1000;
const told = { errors: 0 };

function counted(message: string): string {
  told.errors += 1;
  if (told.errors > mostErrors) throw new TooManyErrors(`more than ${mostErrors} errors`);
  return message;
}

/** What a mistake says where only a declaration could stand. */
export const declarationMessage = "a declaration, such as `name = ..` or `stage name = ..`";

/** Messages are only what was expected, in words; what was found and where is added from the token. */
const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => counted(labelOf(expected)),
  buildNotAllInputParsedMessage: () => counted(declarationMessage),
  buildNoViableAltMessage: ({ expectedPathsPerAlt }) =>
    counted(oneOf(expectedPathsPerAlt.flat().flatMap(([token]) => token ?? []))),
  buildEarlyExitMessage: ({ expectedIterationPaths }) =>
    counted(oneOf(expectedIterationPaths.flatMap(([token]) => token ?? []))),
};

function oneOf(tokens: readonly TokenType[]): string {
  if (tokens.includes(d.stage)) return declarationMessage;
  const labels = [...new Set(tokens.map(labelOf))];
  if (tokens.includes(t.NumberToken) && tokens.includes(t.StringToken)) return "an expression";
  return labels.length > 5 ? "something else" : labels.join(" or ");
}

function labelOf(token: TokenType): string {
  if (token === EOF) return declarationMessage;
  return token.LABEL ?? token.name;
}
