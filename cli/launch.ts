#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

// V8 would spend a third of a check's time on optimising functions that are then hardly called again: it waits eight times longer here.
// Set when the code has been taken, which is refused where flags differ.
const patience = "--interrupt-budget=1000000";

/**
 * Starts a program, which is one function in one file, from the code that V8 made of it when it was built: to read and compile its
 * text anew would take a third of the time of a check. Another V8 does not take that code, and reads the text.
 */
function start(name: string, whole?: () => void): void {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const script = new Script(readFileSync(program, "latin1"), {
    filename: program,
    cachedData: codeOf(program),
  });
  setFlagsFromString(patience);
  script.runInThisContext()(createRequire(program), program, whole);
}

function codeOf(path: string): Buffer | undefined {
  try {
    return readFileSync(`${path}.cache`);
  } catch {
    return undefined;
  }
}

const all = () => start("./abaw.cjs");
if (process.argv[2] === "check") start("./abaw-check.cjs", all);
else all();
