/**
 * From nothing to the end of the 20th training step, as whole processes: `abaw train` on stored features beside the same job as a
 * PyTorch script, alternating, with the most memory each held. Ours also writes its checkpoints and its report.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./median.ts";
import { python, pythonModule } from "./python-peer.ts";
import { annotations, writeClips } from "./stored-clips.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const rounds = 9;
const job = { batch: 32, time: 20, width: 512, hidden: 256 } as const;
const steps = 20;

export async function benchColdStart(): Promise<void> {
  const hasTorch = pythonModule("torch", "PyTorch") !== undefined;
  execFileSync(process.execPath, [`${root}scripts/build.mjs`]);
  const folder = mkdtempSync(join(tmpdir(), "abaw-cold-"));
  try {
    await writeClips(folder);
    const run = join(folder, "run");
    const ours = () => spawned(process.execPath, ["--require", here("./tell-peak.cjs"), ...trainWords(folder, run)]);
    // Trains the two stages before, and stores their features.
    ours();
    const stages = readdirSync(join(run, "stages"));
    const stageOf = (label: string) => join(run, "stages", stages.find((name) => name.startsWith(label)) ?? label);
    const features = ["alone-au", "alone-valence"].map((label) =>
      join(stageOf(label), "features", "x-train.safetensors"),
    );
    const config = JSON.stringify({ ...job, features, labels: join(folder, annotations) });
    const results = { abaw: new Rounds(), PyTorch: new Rounds() };
    for (let round = 0; round < rounds; round += 1) {
      rmSync(stageOf("measured"), { recursive: true });
      const { seconds, said, errors } = ours();
      if (!said.includes("report:")) throw new Error(`abaw did not train: ${errors}`);
      results.abaw.add(seconds, Number(errors.trim().split("\n").at(-1)));
      if (!hasTorch) continue;
      const theirs = spawned(python, [here("./torch_cold.py"), config]);
      const [done, peak] = theirs.said.trim().split(" ").map(Number);
      if (done !== steps) throw new Error(`PyTorch did ${theirs.said} instead of ${steps} steps`);
      results.PyTorch.add(theirs.seconds, peak ?? Number.NaN);
    }
    console.log(
      `cold start to step ${steps}, stored features, fusion, 2 LSTM, B32 S20 d512 (${rounds} whole processes)`,
    );
    console.log(results.abaw.line("abaw"));
    if (hasTorch) {
      console.log(results.PyTorch.line("PyTorch"));
      console.log(results.abaw.against(results.PyTorch));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Rounds {
  readonly #seconds: number[] = [];
  readonly #peaks: number[] = [];

  add(seconds: number, peak: number): void {
    if (!Number.isFinite(peak)) throw new Error("a process did not tell its memory");
    this.#seconds.push(seconds);
    this.#peaks.push(peak);
  }

  line(name: string): string {
    const [seconds, fastest] = [median(this.#seconds), Math.min(...this.#seconds)].map((each) => each.toFixed(2));
    return `  ${name}: ${seconds} s in the median, ${fastest} s at best, ${median(this.#peaks).toFixed(0)} MiB at most`;
  }

  against(other: Rounds): string {
    const ratio = (of: (rounds: Rounds) => number) => (of(other) / of(this)).toFixed(2);
    const memory = (median(this.#peaks) / median(other.#peaks)).toFixed(2);
    return `  ${ratio((each) => median(each.#seconds))} times faster in the median, ${ratio((each) => Math.min(...each.#seconds))} at best; ${memory} of the memory`;
  }
}

function trainWords(data: string, run: string): readonly string[] {
  const set = [
    `faces.root=${JSON.stringify(data)}`,
    `width=${job.width}`,
    `batch=${job.batch}`,
    `length=${job.time}`,
  ].flatMap((each) => ["--set", each]);
  return [`${root}dist/abaw.js`, "train", here("./specs/stored-features.abaw"), "--out", run, ...set];
}

function spawned(command: string, words: readonly string[]) {
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8" });
  const seconds = (performance.now() - begun) / 1000;
  if (status !== 0) throw new Error(stderr);
  return { seconds, said: stdout, errors: stderr };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchColdStart();
