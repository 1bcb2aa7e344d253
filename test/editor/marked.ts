import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { analyse } from "../../compiler/compile.ts";
import { type Completion, completionsAt, type Edited, FactCollector, openEdited } from "../../compiler/edit/index.ts";
import { readStandard } from "../plan-of.ts";

const specs = fileURLToPath(new URL("../../specs/", import.meta.url));

/** The winning system on a page. */
export const example = readFileSync(`${specs}00-example.abaw`, "utf8");

/** A text without its mark `|`, and where that stood. */
export function unmarked(text: string, mark = "|"): { readonly text: string; readonly offset: number } {
  const offset = text.indexOf(mark);
  if (offset < 0) throw new Error("the text has no mark");
  return { text: text.slice(0, offset) + text.slice(offset + mark.length), offset };
}

/** The text with a part exchanged; the part must be there. */
export function exchanged(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the text has no ${from}`);
  return text.replace(from, () => to);
}

/** A text opened as an editor has it, beside other files, checked as it is if asked for. */
export function opened(
  text: string,
  {
    checked = false,
    files = {},
  }: { readonly checked?: boolean; readonly files?: Readonly<Record<string, string>> } = {},
): Edited {
  const source = { name: "test.abaw", text };
  const read = (path: string) => files[path] ?? readStandard(path);
  if (!checked) return openEdited(source, read);
  const collector = new FactCollector();
  const analysis = analyse(source, { read }, collector.observe);
  return openEdited(source, read, { facts: collector.facts(analysis, [source.name]) });
}

/** What is offered at the mark, best first. */
export function offered(marked: string): readonly Completion[] {
  const { text, offset } = unmarked(marked, "¦");
  return completionsAt(opened(text), offset).items;
}

export const labels = (items: readonly Completion[]): readonly string[] => items.map(({ label }) => label);
