/** Trains the small run of a test, in a process that can be killed, and tells of every step: `npx tsx train-and-tell.ts ROOT FOLDER`. */
import { silent, smallRun } from "./small-run.ts";

const [root = "", folder = ""] = process.argv.slice(2);
let stage = "";
await smallRun(root, folder, {
  watch: {
    ...silent,
    stageStarts: ({ label }) => {
      stage = label;
    },
    step: (done) => process.stdout.write(`${stage} ${done}\n`),
  },
}).train();
