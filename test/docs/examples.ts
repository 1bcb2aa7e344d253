import type { FileHeader } from "../../compiler/check/file-header.ts";
import { positionOf } from "../../compiler/diagnostics/source.ts";
import { compiled } from "../plan-of.ts";
import { type Block, type Page, pageAt } from "./pages.ts";

/**
 * Examples of the pages are whole files, or stand in a file that the reference shows once: a block ` ```abaw around NAME ` has a line
 * `# ...`, in whose place goes every block ` ```abaw in NAME `. `profile NAME` compiles it under that profile. A comment
 * `# error CODE`, `# warning CODE`, `# later CODE` or `# note CODE` at the end of a line is exactly what is said of that line;
 * several are divided by commas. Behind a colon it may go on in words.
 */
const hole = "# ...";

/** The files around examples, by name. */
const surroundings: ReadonlyMap<string, Block> = new Map(
  pageAt("docs/language.md").blocks.flatMap((block) => {
    const name = wordAfter(block, "around");
    return name === undefined ? [] : [[name, block] as const];
  }),
);

function wordAfter({ info }: Block, word: string): string | undefined {
  return new RegExp(`(?:^|\\s)${word} ([\\w-]+)`).exec(info)?.[1];
}

const isExample = (block: Block): boolean => block.language === "abaw" && wordAfter(block, "around") === undefined;

/** The file that a block is checked as, and how many of its lines stand before the block. */
function fileOf(block: Block): { readonly text: string; readonly before: number } {
  const around = wordAfter(block, "in");
  if (around === undefined) return { text: block.text, before: 0 };
  const surrounding = surroundings.get(around);
  if (surrounding === undefined) throw new Error(`nothing is called ${around}`);
  const outer = fileOf(surrounding);
  const lines = outer.text.split("\n");
  const at = lines.findIndex((line) => line.trim() === hole);
  if (at < 0) throw new Error(`${around} has no line ${hole}`);
  return {
    text: [...lines.slice(0, at), ...block.text.trimEnd().split("\n"), ...lines.slice(at + 1)].join("\n"),
    before: at,
  };
}

const word = "(?:error|warning|later|note) [a-z-]+";
const expectation = new RegExp(`#+ (${word}(?:, ${word})*)(?::.*)?$`);

/** `line severity code` of everything that a block's comments announce, lines counted in the block. */
export function announced({ text }: Block): readonly string[] {
  return text.split("\n").flatMap((line, i) => {
    const [, said] = expectation.exec(line) ?? [];
    return said === undefined ? [] : said.split(", ").map((each) => `${i + 1} ${each}`);
  });
}

/** Files that examples speak of: what their headers say. */
const headers: Readonly<Record<string, FileHeader>> = {
  "weights/face.safetensors": {
    kind: "tensors",
    boxes: [],
    fixed: new Set(),
    shapes: new Map([
      ["maps.conv.weight", [8, 3, 3, 3]],
      ["maps.conv.bias", [8]],
      ["linear.weight", [48, 8]],
      ["linear.bias", [48]],
      ["head.weight", [8, 48]],
    ]),
  },
};

/** The same of everything that the compiler says. What it says of a line around the block is told with that line's text. */
export function saidOf(block: Block): readonly string[] {
  const { text, before } = fileOf(block);
  const profile = wordAfter(block, "profile");
  const { diagnostics } = compiled(text, {
    ...(profile === undefined ? {} : { profile }),
    inspect: (path) => headers[path] ?? { kind: "absent" },
  });
  const length = block.text.trimEnd().split("\n").length;
  return diagnostics.map(({ severity, code, span, message }) => {
    const line = positionOf(span.source, span.start).line - before;
    const inside = span.source.name === "test.abaw" && line >= 1 && line <= length;
    return inside ? `${line} ${severity} ${code}` : `${span.source.name}: ${severity} ${code} ${message}`;
  });
}

/** Examples of a page that can be told apart: by the line of the page. */
export function examplesOf(page: Page): readonly { readonly at: string; readonly block: Block }[] {
  return page.blocks.filter(isExample).map((block) => ({ at: `${page.path}:${block.line}`, block }));
}
