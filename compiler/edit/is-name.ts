import { declarationWords, reserved } from "../../grammar/tokens.ts";

const words: ReadonlySet<string> = new Set(
  [...Object.values(reserved), ...Object.values(declarationWords)].map(({ name }) => name.toLowerCase()),
);

/** Whether something can be called so: words of the language cannot. */
export function isName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text) && !words.has(text);
}
