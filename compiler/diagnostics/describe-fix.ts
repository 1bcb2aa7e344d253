import type { Fix } from "./diagnostic.ts";

/** What a repair does to the text, in a few words. */
export function describeFix({ span: { source, start, end }, replacement }: Fix): string {
  const old = source.text.slice(start, end);
  if (old === "") return `insert \`${replacement}\``;
  return replacement === "" ? `remove \`${old}\`` : `replace \`${old}\` by \`${replacement}\``;
}
