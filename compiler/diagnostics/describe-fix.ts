import type { Fix } from "./diagnostic.ts";

/** What a repair does to the text, in a few words; the ends of lines around a line that is inserted are left out. */
export function describeFix({ span: { source, start, end }, replacement }: Fix): string {
  const old = source.text.slice(start, end);
  if (old === "") return `insert \`${replacement.trim() === "" ? replacement : replacement.trim()}\``;
  return replacement === "" ? `remove \`${old}\`` : `replace \`${old}\` by \`${replacement}\``;
}
