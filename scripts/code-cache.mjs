// Runs the built programs on specs and keeps the code that V8 made of them, so that they start without reading their text; see cli/launch.ts.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { Script } from "node:vm";

const made = ["abaw.cjs", "abaw-check.cjs"].map((name) => {
  const program = resolve(process.argv[2] ?? "dist", name);
  return { program, script: new Script(readFileSync(program, "latin1"), { filename: program }) };
});
for (const { program, script } of made) {
  const start = script.runInThisContext();
  const failed = (problem) => {
    throw problem;
  };
  // What one spec does not say, another does: the more of the program has run, the more of it is kept.
  for (const spec of ["examples/quickstart.abaw", ...specs("specs")]) {
    process.argv.splice(1, process.argv.length, program, "check", spec);
    start(createRequire(program), program, failed);
  }
}
process.on("exit", () => {
  for (const { program, script } of made) writeFileSync(`${program}.cache`, script.createCachedData());
  // What the program says of the specs is another matter.
  process.exitCode = 0;
});

function specs(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".abaw"))
    .map((name) => `${folder}/${name}`);
}
