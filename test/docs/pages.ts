import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  /** The words behind the language: what the block is. */
  readonly info: string;
  readonly text: string;
  /** The line of the page on which the text begins, from 1. */
  readonly line: number;
}

export interface Page {
  /** Below the project's root. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** A page of the documentation, its fenced blocks in order. */
export function pageAt(path: string): Page {
  const text = readFileSync(join(root, path), "utf8");
  const blocks: Block[] = [];
  let open:
    | { readonly language: string; readonly info: string; readonly line: number; readonly lines: string[] }
    | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    const fence = /^```(\S*)\s*(.*)$/.exec(line);
    if (open !== undefined && line === "```") {
      blocks.push({ ...open, text: `${open.lines.join("\n")}\n` });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else if (fence !== null) open = { language: fence[1] ?? "", info: fence[2] ?? "", line: i + 2, lines: [] };
  }
  if (open !== undefined) throw new Error(`${path}:${open.line}: a block is not closed`);
  return { path, text, blocks };
}

/** Every page of `docs/`, below the project's root. */
export const docPages: readonly string[] = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`)
  .toSorted();

/** The anchors that a page's headings have, as they are made of headings on the web pages of repositories. */
export function anchorsOf({ text }: Page): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of outsideBlocks(text).matchAll(/^#+ (.+)$/gm)) anchors.add(anchorOf(heading));
  return anchors;
}

export function anchorOf(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return plain.replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

/** Links of a page to files of the project that lead nowhere. */
export function brokenLinks(page: Page): readonly string[] {
  const links = [...outsideBlocks(page.text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page.path : relative(root, join(root, dirname(page.path), path));
    if (target.startsWith("..") || !existsSync(join(root, target))) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchorsOf(pageAt(target)).has(anchor);
  });
}

function outsideBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}
