/** `abaw check` as a whole process, from its start to its end, beside Node with nothing to do. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { median } from "./median.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const rounds = 15;
const specs = [
  "specs/table5/hsemotion.abaw",
  "specs/table5/scu-acers.abaw",
  "specs/table5/aiwell-uoc.abaw",
  "specs/now/cprl.abaw",
  "specs/now/leader-follower.abaw",
  "specs/09-curriculum.abaw",
];

export function benchCheck(): void {
  execFileSync(process.execPath, [`${root}scripts/build.mjs`]);
  const bare = ["-e", "0"];
  const runs = [bare, ...specs.map((spec) => [`${root}dist/abaw.js`, "check", `${root}${spec}`])];
  const times = runs.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1)
    runs.forEach((words, i) => {
      const begun = performance.now();
      const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
      times[i]?.push(performance.now() - begun);
      if (status !== 0) throw new Error(stderr);
    });
  const [node = 0, ...checks] = times.map(median);
  console.log(`node with nothing to do: ${node.toFixed(0)} ms (medians of ${rounds} whole processes)`);
  specs.forEach((spec, i) => {
    const lines = readFileSync(`${root}${spec}`, "utf8").split("\n").length - 1;
    console.log(`check ${spec}, ${lines} lines: ${checks[i]?.toFixed(0)} ms`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) benchCheck();
