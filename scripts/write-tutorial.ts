/** Writes below every command of docs/tutorial.md what it says now. Read the difference before you keep it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pageAt, root } from "../test/docs/pages.ts";
import { Tutorial } from "../test/docs/tutorial.ts";

const path = "docs/tutorial.md";
const tutorial = new Tutorial();
const lines = readFileSync(join(root, path), "utf8").split("\n");
const steps = pageAt(path).blocks.map((block) => tutorial.step(block));
tutorial.remove();
// From the end, so that the lines before keep their numbers.
for (const { block, said } of steps.toReversed()) {
  if (block.language !== "console") continue;
  const shown = said.map(({ command, shown: before, real }) => {
    const text = before.includes("...\n") ? before : real;
    return `$ ${command}\n${text === "" || text.endsWith("\n") ? text : `${text}\n`}`;
  });
  lines.splice(block.line - 1, block.text.trimEnd().split("\n").length, ...shown.join("").trimEnd().split("\n"));
}
writeFileSync(join(root, path), lines.join("\n"));
