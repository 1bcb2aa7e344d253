import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { uniform } from "../../runtime/data/loader/random.ts";
import type { Tensor } from "../../runtime/engines/engine.ts";
import type { Run, RunOptions } from "../../runtime/run/run-plan.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { runOf } from "./small-run.ts";

/** Four stages like those of test/check/right.abaw, on stored numbers: without pictures a stage takes a fraction of a second. */
export const numberSpec = `
use "std/aff2.abaw"
use "std/nn.abaw"
use "std/time.abaw"

data faces {
  format: s_aff_wild2
  root:   "nowhere"
  train:  "training_set_annotations.txt"
  val:    "validation_set_annotations.txt"
  fields: {seen: features("seen.safetensors", dims: [12], layout: safetensors, missing: nearest)}
}

module tiny(out: int) (x: [.., d]) -> [.., d: out] {
  return x -> linear(16) -> relu -> dropout(0.1) -> linear(out)
}

encoder face = tiny(8)

model system(tasks: [task], from: [stage] = [], temporal: bool = false) (seen) {
  x = seen -> face
  m = if from == [] then x else x + sum(s.x for s in from) -> fusion(drop: 0.1)
  y = if temporal then m -> temporal_convergence(hidden: 8) else m
  head t = y -> linear for t in tasks
}

criterion = {au: bce(au, pos_weight: balanced), expr: ce(expr), valence: ccc(valence), arousal: ccc(arousal)}

stage alone(goal: task) = train system([goal]) on faces {
  loss:      {goal: criterion[goal]}
  optimizer: adamw(cosine(1e-3, warmup: 1 epoch))
  batch: 8, duration: 3 epochs, keep: best(score(goal)), ema: 0.9
}

stage joint(tasks: [task], from: [stage], weight: float = 0.5) = train system(tasks, from, temporal: true) on faces {
  clip:      clip(4, hop: 4)
  init:      {face: alone(expr).face}
  loss:      {t: weight * criterion[t] for t in tasks}
  optimizer: adamw(1e-3)
  params:    {face: {lr: 1e-4}}
  batch: 4, duration: 3 epochs
}

together = joint([au, expr, valence], [alone(au), alone(valence)])
`;

/** A run of it, or of a spec that has its data. */
export function numberRun(root: string, folder: string, options: Partial<RunOptions> = {}, spec = numberSpec): Run {
  return runOf(spec, root, folder, options);
}

const videos = { training: 6, validation: 3 } as const;
const width = 12;

/**
 * Annotations of some videos, each of so many frames, and numbers that show their labels, in a folder for one test. Training rows may lack an
 * expression.
 */
export function drawnNumbers(
  framesOf: (video: number) => number = () => 12,
  hasExpression: (frame: number) => boolean = () => true,
): string {
  const root = join(temporaryFolder(), "data");
  mkdirSync(root);
  const tensors = new Map<string, Tensor>();
  let video = 0;
  for (const [part, count] of Object.entries(videos)) {
    const lines = ["image,valence,arousal,expression,aus"];
    for (let k = 0; k < count; k += 1, video += 1) {
      const name = `video${video}`;
      const frames = framesOf(video);
      const data = Float32Array.from({ length: frames * width }, (_, i) => 2 * uniform(11, video, i) - 1);
      tensors.set(name, { dtype: "float32", shape: [frames, width], data });
      for (let frame = 0; frame < frames; frame += 1) {
        const own = data.subarray(frame * width, (frame + 1) * width);
        const units = Array.from(own, (value) => (value > 0 ? 1 : 0));
        const expression = part === "validation" || hasExpression(frame) ? Math.floor(4 * (1 + (own[2] ?? 0))) : -1;
        const cells = [own[0]?.toFixed(3), own[1]?.toFixed(3), expression, ...units];
        lines.push(`${name}/${String(frame + 1).padStart(5, "0")}.jpg,${cells.join(",")}`);
      }
    }
    writeFileSync(join(root, `${part}_set_annotations.txt`), `${lines.join("\n")}\n`);
  }
  writeSafetensors(join(root, "seen.safetensors"), tensors, {});
  return root;
}

/** Everything that a run's stages wrote, but TensorBoard's files, which have the time in them. */
export function writtenBy(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(join(folder, "stages"), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => /\.(safetensors|jsonl|json)$/.test(name)).toSorted();
  return new Map(files.map((name) => [name, readFileSync(join(folder, "stages", name)).toString("base64")]));
}
