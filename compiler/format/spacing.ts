import type { IToken } from "chevrotain";

/** A token where it stands: what the space before it depends on. */
export interface Placed {
  readonly token: IToken;
  readonly before: IToken | undefined;
  /** Whether `before` is a sign of a number, not between two. */
  readonly afterSign: boolean;
  /** The innermost open bracket, and whether it opens a block (as opposed to a map, a list or arguments). */
  readonly bracket: string | undefined;
  readonly inBlock: boolean;
  /** Whether this token closes that bracket. */
  readonly closes: boolean;
  /** In the head of a module, model or loss, where inputs follow parameters. */
  readonly inHead: boolean;
}

const openers: ReadonlySet<string> = new Set(["(", "[", "{"]);
const closers: ReadonlySet<string> = new Set([")", "]", "}"]);

/** Whether an expression can end with this token: what follows is between two operands, or a call, or an index. */
export function endsExpression({ image, tokenType }: IToken): boolean {
  return closers.has(image) || ["Name", "Number", "String", "Unit", "True", "False", "None"].includes(tokenType.name);
}

/** How many spaces stand before a token that does not begin its line. */
export function spaceBefore({ token, before, afterSign, bracket, inBlock, closes, inHead }: Placed): number {
  if (before === undefined) return 0;
  const { image } = token;
  const type = token.tokenType.name;
  if (before.image === "." || before.image === "**") return image === "." || before.image === "." ? 0 : 1;
  if (before.image === "{" || (image === "}" && closes)) {
    if (before.image === "{" && image === "}") return 0;
    return inBlock ? 1 : 0;
  }
  if (openers.has(before.image) || closers.has(image)) return 0;
  if (image === "," || image === ":" || image === "." || image === "?") {
    return image === "?" && before.image === "," ? 1 : 0;
  }
  if (afterSign) return 0;
  const operand = endsExpression(before);
  if (image === "(" && operand) return inHead && before.image === ")" ? 1 : 0;
  if (image === "[" && operand && before.tokenType.name !== "Unit") return 0;
  // Entries side by side without a comma.
  if (operand && bracket === "{" && (type === "Key" || type === "Binding")) return 2;
  return 1;
}

/** Whether a minus is the sign of what follows. */
export function isSign(token: IToken, before: IToken | undefined): boolean {
  return token.image === "-" && (before === undefined || !endsExpression(before));
}

/** Whether a brace opens a block: it follows what could be an expression's end; a map stands where an expression begins. */
export function opensBlock(token: IToken, before: IToken | undefined): boolean {
  return token.image === "{" && before !== undefined && endsExpression(before);
}
