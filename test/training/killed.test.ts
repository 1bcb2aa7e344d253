import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { uniform } from "../../runtime/data/loader/random.ts";
import { resultsOf } from "../../runtime/run/results.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { drawnNumbers, numberRun, writtenBy } from "./number-run.ts";

const kills = 20;
const seed = 7;

/** Trains in a process of its own and kills it once it has said so many lines; whether it was killed, and all that it said. */
function killedAfter(
  lines: number,
  root: string,
  folder: string,
): Promise<{ killed: boolean; said: readonly string[] }> {
  const script = fileURLToPath(new URL("./train-and-tell.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, root, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    said.push(line);
    // It goes on until the signal is there: it may die in the middle of a step, a pass or a file.
    if (said.length === lines) child.kill("SIGKILL");
  });
  return new Promise((resolve) => {
    child.on("close", (_, signal) => resolve({ killed: signal === "SIGKILL", said }));
  });
}

test(`a plan that is killed at ${kills} moments and taken up again each time ends as if nothing had been`, async () => {
  const [root, whole] = [drawnNumbers(), temporaryFolder()];
  const run = numberRun(root, whole);
  await run.train();
  const scores = (await resultsOf(run)).map(({ of, task, score }) => [of, task.name, score.score]);
  const expected = writtenBy(whole);
  const counted = await killedAfter(Number.POSITIVE_INFINITY, root, temporaryFolder());
  const events = counted.said.length;
  expect(events).toBeGreaterThan(60);
  let folder = temporaryFolder();
  let killed = 0;
  let finished = 0;
  for (let i = 0; killed < kills; i += 1) {
    // Often soon after the last one, sometimes late: by the cube most kills come while little is done.
    const found = await killedAfter(1 + Math.floor(events * uniform(seed, i) ** 3), root, folder);
    expect(found.said.filter((line) => line.startsWith("altered"))).toEqual([]);
    if (found.killed) {
      killed += 1;
      continue;
    }
    finished += 1;
    expect(writtenBy(folder)).toEqual(expected);
    folder = temporaryFolder();
  }
  const last = numberRun(root, folder);
  expect(await last.train()).toBe(true);
  expect((await resultsOf(last)).map(({ of, task, score }) => [of, task.name, score.score])).toEqual(scores);
  expect(writtenBy(folder)).toEqual(expected);
  expect(killed).toBe(kills);
  expect(finished).toBeLessThan(kills);
}, 240_000);
