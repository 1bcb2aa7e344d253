// Draws a small database, trains examples/quickstart.abaw on it, exports and checks the model. Each line is a command one can type.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const spec = "examples/quickstart.abaw";
const begun = performance.now();

if (!existsSync(`${root}data/quickstart/SYNTHETIC.md`)) {
  abaw("data", "synth", "--out", "data/quickstart", "--videos", "24", "--frames", "100", "--seed", "1");
}
abaw("check", spec);
abaw("train", spec);
abaw("export", spec);
console.log(`\n${((performance.now() - begun) / 1000).toFixed(0)} s. Open runs/quickstart/report.html in a browser.`);

function abaw(...words) {
  console.log(`\n$ npx abaw ${words.join(" ")}`);
  const { status, error } = spawnSync(process.execPath, [`${root}dist/abaw.js`, ...words], {
    cwd: root,
    stdio: "inherit",
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
