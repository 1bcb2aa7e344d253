import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import type { Tensors } from "../../runtime/engines/engine.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { readProgress } from "../../runtime/train/checkpoint.ts";
import { stageFiles } from "../../runtime/train/stage-files.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { runOf, silent } from "./small-run.ts";
import { forATime, rate, unfreezing } from "./unfreezing-spec.ts";

const root = mkdtempSync(join(tmpdir(), "abaw-faces-"));
beforeAll(() => synthesise({ out: root, videos: 6, frames: 20, seed: 5, size: 32 }));
afterAll(() => rmSync(root, { recursive: true }));

/** A run in a folder of its own, that stops after a step. */
function stoppedRun(params: string, after: number): Run {
  const interruption = new AbortController();
  let steps = 0;
  const step = () => void (++steps === after && interruption.abort());
  return runOf(unfreezing(params), root, temporaryFolder(), {
    signal: interruption.signal,
    watch: { ...silent, step },
  });
}

function stageOf({ plan }: Run) {
  const [stage] = plan.stages;
  if (stage === undefined) throw new Error("there is no stage");
  return stage;
}

const fileOf = (run: Run, name: string) => join(run.options.folder.stage(stageOf(run)), name);

/** What a training remembers after so many of its 6 steps. */
async function remembered(params: string, after: number): Promise<Tensors> {
  const run = stoppedRun(params, after);
  expect(await run.train()).toBe(after === 6);
  return readSafetensors(fileOf(run, stageFiles.last)).tensors;
}

const numbers = (tensors: Tensors, name: string): readonly number[] =>
  Array.from(tensors.get(name)?.data ?? [], Number);
const facesIn = (tensors: Tensors) => [...tensors.keys()].filter((name) => name.startsWith("weights/face"));

describe("weights that are frozen for a time", () => {
  test("are not trained until then, nor are their layers in training", async () => {
    const [held, frozen] = [await remembered(forATime, 4), await remembered("face: frozen", 4)];
    expect(facesIn(held)).toEqual([]);
    expect(held).toEqual(frozen);
  });

  test("come to an optimiser that begins with them: Adam moves each by its rate, whatever its gradient", async () => {
    const run = stoppedRun(forATime, 4);
    await run.train();
    const before = readSafetensors(fileOf(run, stageFiles.kept)).tensors;
    const after = await remembered(forATime, 5);
    const moves = facesIn(after).flatMap((name) => {
      const old = numbers(before, name.replace("weights/", ""));
      return numbers(after, name).map((value, i) => Math.abs(value - (old[i] ?? Number.NaN)));
    });
    expect(moves.length).toBe(8 * 3 * 9 + 2 * 8 + 8 * 8 * 64 + 8);
    // g / (|g| + ε) is 1 but of gradients as small as ε, such as of weights that see no light.
    const whole = moves.filter((move) => Math.abs(move / rate - 1) < tolerances.firstStep);
    expect(whole.length).toBeGreaterThan(moves.length / 2);
    expect(Math.max(...moves)).toBeLessThan(rate * (1 + tolerances.firstStep));
  });

  test("are waited for: a training that does not improve before them goes on", async () => {
    const spec = unfreezing(forATime).replace("evaluate: ", "keep: best(score(au)), patience: 1 steps\n  evaluate: ");
    const run = runOf(spec.replace(`adam(${rate})`, "sgd(1e-12)"), root, temporaryFolder());
    await run.train();
    expect(readProgress(fileOf(run, stageFiles.last))?.step).toBe(5);
  });

  test("have statistics that stand still until then", async () => {
    const [held, freed] = [await remembered(forATime, 4), await remembered(forATime, 5)];
    const statistics = (tensors: Tensors) => [...tensors.keys()].filter((name) => name.startsWith("states/face"));
    expect(statistics(held)).toEqual([]);
    expect(statistics(freed).length).toBe(2);
    expect(
      statistics(freed)
        .flatMap((name) => numbers(freed, name))
        .some((value) => value !== 0),
    ).toBe(true);
  });

  test.each([2, 4, 5])(
    "interrupted after step %i and resumed, end at the bytes of the whole training",
    async (after) => {
      const whole = stoppedRun(forATime, 6);
      expect(await whole.train()).toBe(true);
      const stopped = stoppedRun(forATime, after);
      expect(await stopped.train()).toBe(false);
      expect(readProgress(fileOf(stopped, stageFiles.last))?.step).toBe(after);
      expect(await runOf(unfreezing(forATime), root, stopped.options.folder.path).train()).toBe(true);
      for (const name of Object.values(stageFiles))
        expect(readFileSync(fileOf(stopped, name)).equals(readFileSync(fileOf(whole, name))), name).toBe(true);
    },
  );

  test("come each at a time of its own", async () => {
    const params = "face: frozen(until: 4 steps), face.linear: frozen(until: 2 steps)";
    expect(stageOf(stoppedRun(params, 6)).groups.map(({ since }) => since?.value)).toEqual([4, 2, undefined]);
    const layers = async (after: number) =>
      new Set(facesIn(await remembered(params, after)).map((name) => name.split(".")[1]));
    expect(await layers(3)).toEqual(new Set(["linear"]));
    expect(await layers(5)).toEqual(new Set(["low", "linear"]));
  });

  test("and would never come are told of before the first step", async () => {
    await expect(stoppedRun("face: frozen(until: 2 epochs)", 6).train()).rejects.toThrow(
      /^measured: what is frozen until 2 epochs, which is step \d+, would never be trained: the stage has 6 steps$/,
    );
  });

  test("are part of what the stage is", () => {
    const hashOf = (params: string) => stageOf(stoppedRun(params, 6)).hash;
    const all = [forATime, "face: frozen(until: 3 steps)", "face: frozen", "face: trained"];
    expect(new Set(all.map(hashOf)).size).toBe(all.length);
  });
});
