import { sAffWild2 } from "../../compiler/library/s-aff-wild2.ts";
import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import type { SubmissionPlan } from "../../compiler/lower/plan-outputs.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import { DataError } from "../data/data-error.ts";
import { type ListedImage, listedImages } from "../data/formats/listed-images.ts";
import { type OpenData, tableOf } from "../data/open-data.ts";
import { greatest } from "../evaluate/score-task.ts";
import { assembledValues } from "../run/results.ts";
import type { Run } from "../run/run-plan.ts";
import { nearestRows } from "./nearest-rows.ts";
import { submissionHeader, zeroCells } from "./submission-format.ts";

export interface Submission {
  readonly text: string;
  /** The list's images, which it has in their order. */
  readonly list: readonly ListedImage[];
  /** Images that could not be read, with why. */
  readonly missing: readonly string[];
}

/**
 * An assembly's predictions of a test list, in the list's order. What a stage says of a frame whose picture could not be read is what it
 * says of the nearest frame of the video that could, before anything is smoothed; with the policy `zero` its cells are zeros in the end,
 * and so they are where a video has no picture at all. Throws a DataError if the list itself cannot be read.
 */
export async function submissionOf(run: Run, plan: SubmissionPlan): Promise<Submission> {
  const assembly = run.plan.assemblies.find(({ name }) => name === plan.of);
  if (assembly === undefined) throw new Error(`the plan has no assembly ${plan.of}`);
  const data = await run.dataOf(assembly.data);
  const table = tableOf(data, "test");
  if (table.rows === 0) throw new DataError("the test list names no frame", { file: table.file });
  refuseSkipped(data, table);
  // Which pictures are bad is known once every stage has looked at all of them.
  await assembledValues(run, assembly, data, "test");
  const bad = await run.badRows(assembly.data, "test");
  if (plan.missing === "error" && bad.size > 0) throw new DataError(refusal([...bad.values()]), { file: table.file });
  const sources = nearestRows(table, bad);
  const values = await assembledValues(run, assembly, data, "test", {
    heads: (own, part) => (part === "test" && bad.size > 0 ? takenFrom(own, sources) : own),
  });
  const cells = cellsOf(values);
  const rowOf = new Map(table.image.map((image, row) => [image, row]));
  const list = listedImages(data.root, table.file);
  const lines = list.map(({ image, line }) => {
    const row = rowOf.get(image);
    if (row === undefined)
      throw new DataError(`${JSON.stringify(image)} is a frame that another line has`, { file: table.file, line });
    rowOf.delete(image);
    const zeros = bad.has(row) && (plan.missing === "zero" || bad.has(sources[row] ?? row));
    return [image, ...(zeros ? zeroCells : cells(row))].join(",");
  });
  return { text: `${[submissionHeader, ...lines].join("\n")}\n`, list, missing: [...bad.values()] };
}

function refusal(missing: readonly string[]): string {
  const more = missing.length > 1 ? ` and ${missing.length - 1} more frames could not be read` : "";
  return `${missing[0]}${more}; \`missing: nearest\` or \`zero\` says what stands for such`;
}

/** A list of which lines were left out cannot be filled. */
function refuseSkipped({ skipped }: OpenData, { file }: AnnotationTable): void {
  const first = skipped.find((row) => row.file === file);
  if (first !== undefined)
    throw new DataError(first.reason, { file, ...(first.line === undefined ? {} : { line: first.line }) });
}

/** Rows [rows, width], each as another's. */
function takenFrom(values: Float32Array, sources: Int32Array): Float32Array {
  const width = values.length / Math.max(1, sources.length);
  const taken = new Float32Array(values.length);
  sources.forEach((source, row) => {
    taken.set(values.subarray(source * width, (source + 1) * width), row * width);
  });
  return taken;
}

/** A row's cells after its image: valence, arousal, the expression's number, the units. */
function cellsOf(
  tasks: readonly { readonly task: TaskPlan; readonly values: Float32Array }[],
): (row: number) => readonly string[] {
  const of = (fits: (task: TaskPlan) => boolean) => {
    const found = tasks.find(({ task }) => fits(task));
    if (found === undefined) throw new Error("the compiler refuses a submission without a task of the format");
    return found;
  };
  const scalars = sAffWild2.scalars.map((name) => of((task) => task.name === name).values);
  const classes = of(({ meaning }) => meaning.kind === "classes");
  const units = of(({ meaning }) => meaning.kind === "units");
  const numbers = namesOf(classes.task).map((name) => sAffWild2.classes.indexOf(name));
  const places = sAffWild2.units.map((name) => namesOf(units.task).indexOf(name));
  return (row) => [
    ...scalars.map((values) => decimal(values[row] ?? Number.NaN)),
    String(numbers[greatest(classes.values, row * numbers.length, numbers.length)]),
    ...places.map((at) => ((units.values[row * places.length + at] ?? 0) >= 0.5 ? "1" : "0")),
  ];
}

function namesOf({ meaning }: TaskPlan): readonly string[] {
  return meaning.kind === "scalar" ? [] : meaning.names;
}

/** Blends and other arithmetic may leave the scale, which the challenge's file may not. Never −0. */
function decimal(value: number): string {
  return Math.min(1, Math.max(-1, value))
    .toFixed(6)
    .replace(/^-(0\.0+)$/, "$1");
}
