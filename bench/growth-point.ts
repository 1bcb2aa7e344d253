/**
 * One point of bench/growth.ts in a process of its own, so that its memory is its own: `{text, set, steps}` as JSON; says milliseconds
 * to compile, of a step, and MiB held at most. Of no steps it compiles alone, and asks every stage's hash.
 */
import { emitOnnx } from "../compiler/emit/onnx/emit-onnx.ts";
import { onnxEngine } from "../runtime/engines/onnx/index.ts";
import { peakMemory } from "./peak-memory.ts";
import { compiledText, measuredOf } from "./plan-of.ts";
import { openOurs } from "./step.ts";

export interface Point {
  readonly text: string;
  readonly set: readonly (readonly [string, string])[];
  readonly steps: number;
}

export interface Measured {
  /** Milliseconds from text to the bytes of the training graph, in a cold process. */
  readonly compile: number;
  /** Milliseconds in the fastest round; null of no steps. */
  readonly step: number | null;
  /** MiB. */
  readonly peak: number;
}

const rounds = 4;

async function measure({ text, set, steps }: Point): Promise<Measured> {
  const begun = performance.now();
  const compiled = compiledText(text, set);
  const stage = measuredOf(compiled);
  if (steps === 0) {
    for (const { hash } of compiled.plan?.stages ?? []) if (hash === "") throw new Error("a stage has no hash");
    return { compile: performance.now() - begun, step: null, peak: peakMemory() };
  }
  emitOnnx(stage.graphs.training({ batch: stage.batch, time: stage.clip?.length }));
  const compile = performance.now() - begun;
  const trainer = await openOurs(onnxEngine, stage);
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const time = await trainer.round(steps);
    // The first round warms up.
    if (round > 0) times.push(time);
  }
  await trainer.release();
  return { compile, step: Math.min(...times), peak: peakMemory() };
}

const point: Point = JSON.parse(process.argv[2] ?? "");
console.log(JSON.stringify(await measure(point)));
