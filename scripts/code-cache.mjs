// Runs the built program once and keeps the code that V8 made of it, so that it starts without reading its text; see cli/launch.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { Script } from "node:vm";

const program = resolve(process.argv[2] ?? "dist", "abaw.cjs");
process.argv.splice(1, process.argv.length, program, "check", "examples/quickstart.abaw");
const script = new Script(readFileSync(program, "latin1"), {
  filename: program,
});
script.runInThisContext()(createRequire(program), program);
process.on("exit", () => {
  writeFileSync(`${program}.cache`, script.createCachedData());
  // What the program says of the spec is another matter.
  process.exitCode = 0;
});
