/**
 * A checkpoint of a ViT-B (343 MB) that PyTorch wrote, imported by whole processes: `abaw weights convert`, which writes it again, and its
 * tensors read into memory, as a training's start has them. Time, the most memory held, and whether every bit is what PyTorch had.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withWeights } from "../runtime/weights/open-weights.ts";
import { median } from "./median.ts";
import { python, pythonModule } from "./python-peer.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const rounds = 5;
const mebi = 2 ** 20;
/** The target: a full-size file in 3 s, with less than twice its size. */
const mostSeconds = 3;
const mostTimes = 2;

export function benchWeights(): void {
  if (pythonModule("torch", "PyTorch") === undefined) return;
  execFileSync(process.execPath, [`${root}scripts/build.mjs`]);
  const folder = mkdtempSync(join(tmpdir(), "abaw-weights-"));
  try {
    for (const kind of ["zip", "legacy"]) {
      const file = join(folder, `${kind}.pth`);
      const digests = execFileSync(python, [here("./torch_weights.py"), file, kind], { encoding: "utf8" });
      const expected: Readonly<Record<string, string>> = JSON.parse(digests);
      const size = statSync(file).size;
      console.log(`a checkpoint of ${(size / mebi).toFixed(0)} MiB, PyTorch's ${kind} (${rounds} whole processes)`);
      const out = join(folder, "out.safetensors");
      measured("weights convert", size, () => {
        rmSync(out, { force: true });
        return [`${root}dist/abaw.js`, "weights", "convert", file, "--under", "model", "--to", out];
      });
      compare("weights convert", expected, digestsOf(out, ""));
      measured("into memory", size, () => ["--import", "tsx", here("./read-weights.ts"), file]);
      compare("into memory", expected, digestsOf(file, "model."));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measured(name: string, size: number, words: () => readonly string[]): void {
  const [seconds, peaks]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const args = ["--require", here("./tell-peak.cjs"), ...words()];
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: root });
    seconds.push((performance.now() - start) / 1000);
    if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
    peaks.push(Number(stderr.trim().split("\n").at(-1)));
  }
  const [time, best, peak] = [median(seconds), Math.min(...seconds), median(peaks)];
  const times = (peak * mebi) / size;
  // The fastest round is nearest to what a quiet machine shows.
  const verdict = best < mostSeconds && times < mostTimes ? "within" : "beyond";
  console.log(
    `  ${name}: ${time.toFixed(2)} s in the median, ${best.toFixed(2)} s at best, ${peak.toFixed(0)} MiB at most, ${times.toFixed(2)} of the file: ${verdict} ${mostSeconds} s and ${mostTimes} times`,
  );
}

function digestsOf(path: string, front: string): ReadonlyMap<string, string> {
  return withWeights(
    path,
    (file) =>
      new Map(
        [...file.tensors.keys()].map((name) => {
          const { buffer, byteOffset, byteLength } = file.read(name);
          const digest = createHash("sha256")
            .update(new Uint8Array(buffer, byteOffset, byteLength))
            .digest("hex");
          return [name.slice(front.length), digest];
        }),
      ),
  );
}

function compare(name: string, expected: Readonly<Record<string, string>>, found: ReadonlyMap<string, string>): void {
  const other = Object.entries(expected).filter(([tensor, digest]) => found.get(tensor) !== digest);
  if (other.length > 0 || found.size !== Object.keys(expected).length)
    throw new Error(`${name}: ${other.length} of ${found.size} tensors have other bits, first ${other[0]?.[0]}`);
  console.log(`  ${name}: all ${found.size} tensors have PyTorch's bits`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) benchWeights();
