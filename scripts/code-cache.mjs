// Runs the built program on specs and keeps the code that V8 made of it, so that it starts without reading its text; see cli/launch.ts.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { Script } from "node:vm";

const program = resolve(process.argv[2] ?? "dist", "abaw.cjs");
const script = new Script(readFileSync(program, "latin1"), {
  filename: program,
});
const start = script.runInThisContext();
// What one spec does not say, another does: the more of the program has run, the more of it is kept.
for (const spec of ["examples/quickstart.abaw", ...specs("specs")]) {
  process.argv.splice(1, process.argv.length, program, "check", spec);
  start(createRequire(program), program);
}
process.on("exit", () => {
  writeFileSync(`${program}.cache`, script.createCachedData());
  // What the program says of the specs is another matter.
  process.exitCode = 0;
});

function specs(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".abaw"))
    .map((name) => `${folder}/${name}`);
}
