import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { inputsOf, nodesReaching } from "../../compiler/ir/graph.ts";
import type { AssemblyPlan, Plan, Stream } from "../../compiler/lower/plan.ts";
import type { ExportPlan } from "../../compiler/lower/plan-outputs.ts";
import { smooth } from "../../runtime/assemble/smooth.ts";
import { readSafetensors } from "../../runtime/checkpoints/safetensors.ts";
import { type OpenData, tableOf } from "../../runtime/data/open-data.ts";
import { checkExport } from "../../runtime/run/check-export.ts";
import { exportModel } from "../../runtime/run/export-model.ts";
import { assembledValues } from "../../runtime/run/results.ts";
import type { Run } from "../../runtime/run/run-plan.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { planOf } from "../plan-of.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";
import { drawnNumbers, numberRun, numberSpec } from "./number-run.ts";

const spec = `${numberSpec}
stage pair(n: int) = train system([valence, arousal]) on faces {
  loss:      {valence: ccc(valence), arousal: ccc(arousal)}
  optimizer: adamw(1e-2)
  batch: 8, duration: 2 epochs, seed: n
}

model window(goal: task) (seen) {
  x = seen -> linear(8)
  scores: [.., time: 4, u: 4] = dot(x, x -> rename(time: u), over: d)
  head goal = scores -> rename(u: d) -> linear
}

stage of_four = train window(au) on faces { clip: clip(4), loss: {au: bce(au)}, batch: 4, duration: 1 epochs }

assemble shared on faces { t: 0.3 * pair(0).t + 0.9 * pair(1).t for t in [valence, arousal] }
assemble smoothed on faces {
  valence: 0.3 * pair(0).valence + 0.9 * pair(1).valence -> gaussian(sigma: 2 frames)
  arousal: mean([pair(0).arousal -> box(3 frames), pair(1).arousal -> box(3 frames)])
}
assemble over_time on faces {
  au:      0.25 * alone(au).au + 0.75 * together.au
  expr:    mean([alone(expr).expr, together.expr]) -> gaussian(sigma: 2 frames)
  valence: 2 * together.valence - alone(valence).valence / 2
}
assemble windows on faces { au: mean([of_four.au, alone(au).au]) }

export shared
export smoothed
export over_time { include: [alone(au).x, together.y, pair(0).valence] }
export windows
`;

test("exported blends give the runtime's numbers at every shape, and on the data's own rows what the assemblies say", async () => {
  const root = drawnNumbers();
  const folder = temporaryFolder();
  const run = numberRun(root, folder, {}, spec);
  expect(await run.train()).toBe(true);
  const pathOf = (name: string) => join(folder, `${name}.onnx`);
  for (const name of ["shared", "smoothed", "over_time", "windows"]) {
    const plan = exportNamed(run.plan, name);
    exportModel(run, plan, pathOf(name));
    const checks = await checkExport(run, plan, pathOf(name));
    expect(checks.length, name).toBe(5 * plan.graph().outputs.length);
    for (const { difference } of checks) expect(difference, name).toBeLessThanOrEqual(tolerances.exports);
  }

  const shared = await saidOfRows(pathOf("shared"), root);
  for (const { task, values } of await assembledValues(run, ...(await assemblyNamed(run, "shared")), "val"))
    expect(largestDifference(shared(task.name), values, 1)).toBeLessThanOrEqual(tolerances.exports);

  // Smoothing that the file leaves out can be made up for where all parts have it alike.
  const smoothed = await saidOfRows(pathOf("smoothed"), root);
  const [assembly, data] = await assemblyNamed(run, "smoothed");
  for (const [i, { task, values }] of (await assembledValues(run, assembly, data, "val")).entries()) {
    const outside = smooth(smoothed(task.name), 1, tableOf(data, "val"), smoothingIn(assembly.members[i]?.stream));
    expect(largestDifference(smoothed(task.name), values, 1)).toBeGreaterThan(100 * tolerances.exports);
    expect(largestDifference(outside, values, 1)).toBeLessThanOrEqual(tolerances.exports);
  }
});

test.each(["shared", "over_time"])("a file holds each stage once, whatever reads it: %s", (name) => {
  const graph = exportNamed(planOf(spec), name).graph();
  const nodes = nodesReaching(graph.outputs.map(({ value }) => value));
  const parameters = inputsOf(graph).filter(({ source }) => source.role === "parameter");
  const readers = parameters.map((parameter) => nodes.filter(({ inputs }) => inputs.includes(parameter)).length);
  expect(parameters.length).toBeGreaterThan(0);
  expect(readers).toEqual(parameters.map(() => 1));
});

function exportNamed({ exports }: Plan, name: string): ExportPlan {
  const plan = exports.find(({ of }) => of.kind === "assembly" && of.name === name);
  if (plan === undefined) throw new Error(`${name} is exported`);
  return plan;
}

async function assemblyNamed(run: Run, name: string): Promise<readonly [AssemblyPlan, OpenData]> {
  const assembly = run.plan.assemblies.find((each) => each.name === name);
  if (assembly === undefined) throw new Error(`${name} is assembled`);
  return [assembly, await run.dataOf(assembly.data)];
}

/** A file's outputs on the numbers of all validation rows, which stand in the order of their videos' names. */
async function saidOfRows(path: string, root: string): Promise<(output: string) => Float32Array> {
  const stored = readSafetensors(join(root, "seen.safetensors"));
  const names = [...readFileSync(join(root, "validation_set_annotations.txt"), "utf8").matchAll(/^(\w+)\/\d+\.jpg/gm)];
  const all = [...new Set(names.map(([, video = ""]) => video))].flatMap((video) => [
    ...(stored.tensors.get(video)?.data ?? []),
  ]);
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  const seen = new ort.Tensor("float32", Float32Array.from(all), [names.length, all.length / names.length]);
  const results = await session.run({ seen });
  await session.release();
  return (output) => {
    const data = results[output]?.data;
    if (!(data instanceof Float32Array)) throw new Error(`the file gives no ${output}`);
    return data;
  };
}

function smoothingIn(stream: Stream | undefined): Extract<Stream, { readonly kind: "gaussian" | "box" | "median" }> {
  if (stream?.kind === "blend") return smoothingIn(stream.parts[0]?.stream);
  if (stream?.kind === "gaussian" || stream?.kind === "box" || stream?.kind === "median") return stream;
  throw new Error("it is smoothed");
}
