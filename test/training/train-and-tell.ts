/**
 * Trains the run of a test on stored numbers, in a process that can be killed, and tells of everything that happens, a line for each:
 * `npx tsx train-and-tell.ts ROOT FOLDER [LINE]`. At a line that is given it kills itself, as SIGKILL does it.
 */
import { resultsOf } from "../../runtime/run/results.ts";
import { numberRun } from "./number-run.ts";

const [root = "", folder = "", end] = process.argv.slice(2);
let stage = "";
function tell(line: string): void {
  process.stdout.write(`${line}\n`);
  if (line === end) process.kill(process.pid, "SIGKILL");
}
const run = numberRun(root, folder, {
  watch: {
    stageStarts: ({ label }) => {
      stage = label;
      tell(`start ${stage}`);
    },
    stageCached: ({ label }) => tell(`cached ${label}`),
    step: (done) => tell(`${stage} ${done}`),
    epoch: (epoch) => tell(`${stage} epoch ${epoch}`),
    stageFails: () => tell(`failed ${stage}`),
    stageEnds: () => tell(`end ${stage}`),
    altered: ({ message }) => tell(`altered ${message}`),
    waits: (file) => tell(`waits ${file}`),
    pass: (_, part, done) => tell(`${part} ${done}`),
  },
});
await run.train();
await resultsOf(run);
