import { type Pickled, PickleError } from "./pickled.ts";

/** A number as the first protocol writes it: there `01` and `00` are true and false. */
export function wholeNumber(text: string): Pickled {
  if (text === "01" || text === "00") return text === "01";
  if (!/^-?\d{1,40}$/.test(text)) throw new PickleError("a whole number in it is none");
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** Text of which only letters beyond a byte are written as `\\u0041` and `\\U00000041`. */
export function wideText(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})|\\U([0-9a-f]{8})/gi, (_, short?: string, long?: string) =>
    letterOf(short ?? long ?? ""),
  );
}

const letters: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** `'text'` as Python writes it, with `\\n` and `\\x41`. */
export function quotedText(text: string): string {
  const inside = text.replace(/^(['"])(.*)\1$/s, "$2");
  return inside.replace(/\\(?:x([0-9a-f]{2})|(.))/gi, (_, code?: string, one: string = "") =>
    code === undefined ? (letters[one] ?? one) : letterOf(code),
  );
}

function letterOf(code: string): string {
  const point = Number.parseInt(code, 16);
  if (point > 0x10ffff) throw new PickleError("a letter in it is none");
  return String.fromCodePoint(point);
}
