/**
 * Checking a spec of 1,000 lines again after one edit, over the protocol: from the change to what is said of it. Each edit is undone
 * before the next; edits are those of `edits.ts`.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Position } from "vscode-languageserver";
import { Client } from "../test/editor/client.ts";
import { editsOf } from "./edits.ts";
import { median } from "./median.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const edits = 100;

export async function benchLanguageServer(): Promise<void> {
  execFileSync(process.execPath, [`${root}scripts/build.mjs`]);
  const path = `${root}bench/specs/large.abaw`;
  const uri = pathToFileURL(path).href;
  const text = readFileSync(path, "utf8");
  const client = new Client({ program: [`${root}dist/abaw.js`, "lsp", "--stdio"] });
  await client.initialize({ folders: [root] });
  const begun = performance.now();
  await client.open(uri, text);
  const first = performance.now() - begun;
  const [made, undone]: [number[], number[]] = [[], []];
  for (const edit of editsOf(text, edits)) {
    const start = placeOf(text, edit.offset);
    const end = { line: start.line, character: start.character + edit.text.length };
    made.push(await timed(() => client.change(uri, edit.text, { start, end: start })));
    undone.push(await timed(() => client.change(uri, "", { start, end })));
  }
  await client.end();
  console.log(
    `language server, ${text.split("\n").length - 1} lines: again after an edit ${shown(made)}; after undoing it ${shown(undone)}; the first time ${first.toFixed(0)} ms`,
  );
}

function placeOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length - 1, character: offset - before.lastIndexOf("\n") - 1 };
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

/** Median and the value that nine of ten stay below, in milliseconds. */
function shown(times: readonly number[]): string {
  const most = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.9)] ?? 0;
  return `${median(times).toFixed(0)} ms (median of ${times.length}; 9 of 10 below ${most.toFixed(0)})`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchLanguageServer();
