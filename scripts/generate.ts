/** Writes every generated file, or with --check says which is not fresh. */
import { readFileSync, writeFileSync } from "node:fs";
import { generateCstDts } from "@chevrotain/cst-dts-gen";
import { AbawParser } from "../grammar/parser.ts";
import { codesText } from "./codes-text.ts";
import { grammarTable } from "./grammar-table.ts";
import { grammarText } from "./grammar-text.ts";
import { systemsText } from "./systems-text.ts";
import { snippetsFile, textMateGrammar } from "./textmate-grammar.ts";
import { keysElsewhere, vocabularyText } from "./vocabulary.ts";

const files: readonly (readonly [path: string, make: () => string])[] = [
  ["grammar/cst.generated.ts", cstTypes],
  ["grammar/grammar-table.generated.ts", grammarTable],
  ["docs/vocabulary.md", vocabularyText],
  ["docs/from-pytorch.md", () => between(pageText("docs/from-pytorch.md"), "keys", keysElsewhere())],
  ["docs/language.md", languageText],
  ["docs/systems.md", systemsText],
  ["editors/vscode/syntaxes/abaw.tmLanguage.json", textMateGrammar],
  ["editors/vscode/snippets/abaw.json", snippetsFile],
];

const checking = process.argv.includes("--check");
let stale = false;
for (const [path, make] of files) {
  const url = new URL(`../${path}`, import.meta.url);
  const text = make();
  if (!checking) writeFileSync(url, text);
  else if (readOrEmpty(url) !== text) {
    stale = true;
    console.error(`${path} is not fresh: run npm run generate`);
  }
}
process.exitCode = stale ? 1 : 0;

/** Plain read-only interfaces. With recovery on, any child can be absent, also those that the grammar requires. */
function cstTypes(): string {
  const text = generateCstDts(new AbawParser(false).getGAstProductions(), { includeVisitorInterface: false })
    .replace(/import type .*\n/, 'import type { CstNodeLocation, IToken } from "chevrotain";\n')
    .replace(
      / extends CstNode \{\n {2}name: (.*)\n {2}children: (.*)\n/g,
      " {\n  readonly name: $1\n  readonly location?: CstNodeLocation;\n  readonly children: $2\n",
    )
    .replace(/^ {2}(\w+)\??: (?:\((.*)\)|(\w+))\[\];$/gm, "  readonly $1?: readonly ($2$3)[];");
  return `// Generated from grammar/rules.ts by scripts/generate.ts.\n${text}`;
}

function languageText(): string {
  const page = pageText("docs/language.md");
  const withGrammar = between(page, "grammar", `\`\`\`text\n${grammarText()}\n\`\`\``);
  return between(withGrammar, "codes", codesText(page));
}

function pageText(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
}

/** A page with what stands between its two marks of a name replaced. */
function between(page: string, name: string, made: string): string {
  const [begin, end] = [`<!-- ${name}: written by npm run generate -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no marks of ${name}`);
  return `${page.slice(0, from)}${begin}\n\n${made}\n\n${page.slice(to)}`;
}

function readOrEmpty(url: URL): string {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return "";
  }
}
