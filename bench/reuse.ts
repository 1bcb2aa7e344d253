/**
 * Two joint variants over clips, from a trained encoder: reading its stored features, extraction included, beside having it in their
 * loop, frozen. Both train on the same pictures with the same steps; the encoder's own stage is trained before and not counted.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesise } from "../runtime/data/synth/index.ts";
import { onnxEngine } from "../runtime/engines/onnx/index.ts";
import { RunFolder } from "../runtime/run/run-folder.ts";
import { Run } from "../runtime/run/run-plan.ts";
import { median } from "./median.ts";
import { benchText, compiledText } from "./plan-of.ts";
import { silent } from "./silent.ts";

const rounds = 3;
const widths = "[128, 256]";
const ways = {
  "from stored features": "from_stored",
  "with the encoder in the loop": "in_loop",
} as const;

export async function benchReuse(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "abaw-reuse-"));
  try {
    const faces = join(folder, "faces");
    await synthesise({ out: faces, videos: 12, frames: 80, size: 64, seed: 5 });
    const encoder = join(folder, "encoder");
    await trained(encoder, faces, "");
    const seconds = new Map<string, number[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, stage] of Object.entries(ways)) {
        const run = join(folder, `run-${round}-${stage}`);
        cpSync(encoder, run, { recursive: true });
        const begun = performance.now();
        await trained(run, faces, `sweep variants = [${stage}(w) for w in ${widths}] { report: [score(au)] }`);
        seconds.set(name, [...(seconds.get(name) ?? []), (performance.now() - begun) / 1000]);
      }
    }
    console.log(
      `two joint variants of 5 epochs over clips of 8 drawn faces, ViT of 4x192 at 64 px (${rounds} rounds, medians)`,
    );
    const [stored = Number.NaN, loop = Number.NaN] = Object.keys(ways).map((name) => {
      const own = median(seconds.get(name) ?? []);
      console.log(`  ${name}: ${own.toFixed(1)} s`);
      return own;
    });
    console.log(`  ${(stored / loop).toFixed(2)} of the time`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Trains the encoder and what `more` names, in a run's folder, where it is not trained there yet. */
async function trained(folder: string, faces: string, more: string): Promise<void> {
  const text = `${benchText("reuse")}\n${more}\n`;
  const { plan, diagnostics } = compiledText(text, [["faces.root", JSON.stringify(faces)]]);
  if (plan === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const run = new Run(plan, {
    engine: onnxEngine,
    folder: new RunFolder(folder),
    onBadRow: "error",
    signal: new AbortController().signal,
    watch: silent,
  });
  if (!(await run.train())) throw new Error("the training was interrupted");
}

if (process.argv[1] === import.meta.filename) await benchReuse();
