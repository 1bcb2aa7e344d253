import { existsSync, statSync } from "node:fs";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { AlteredFile, headerOf, readSealed, writeSealed } from "../checkpoints/sealed.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import { firstNotFinite } from "../data/first-not-finite.ts";
import { imagePath, type OpenData, type Part, tableOf } from "../data/open-data.ts";
import type { Tensor, Tensors } from "../engines/engine.ts";
import { jsonReader } from "../json/read-json.ts";
import { integer, listOf, record, text } from "../json/schema.ts";
import { holdFile, whenFree } from "../run/hold.ts";
import type { Run } from "../run/run-plan.ts";
import type { PartResults } from "../train/run-graph.ts";
import { StageError } from "../train/stage-error.ts";
import { otherPicture, pictureSizes } from "./picture-sizes.ts";

/** Results for every row of a part, and the file that they are kept in. */
export interface KeptPass {
  /** Whose pictures they are of. */
  readonly stage: StagePlan;
  readonly data: OpenData;
  readonly part: Part;
  readonly path: string;
  /** All that decides them. */
  readonly identity: string;
  /** For people who open the file. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly make: () => Promise<PartResults>;
}

/** A row whose image could not be read in the pass: who reads its results sees no image. */
interface BadImage {
  readonly row: number;
  readonly reason: string;
  /** What was in the place of its image then. */
  readonly seen: string;
}

const sizesIn = jsonReader<readonly number[]>(listOf(integer));
const badRowsIn = jsonReader<readonly BadImage[]>(listOf(record({ row: integer, reason: text, seen: text })));

/** What is kept under this identity, or else made now and kept; of processes side by side one makes it, and the others wait for it. */
export async function keptPass(run: Run, pass: KeptPass): Promise<PartResults> {
  const known = resultsOf(run, pass);
  if (known !== undefined) return known;
  let waited = false;
  const release = await whenFree(
    () => holdFile(pass.path),
    (holder) => {
      waited = true;
      run.options.watch.waits(run.options.folder.below(pass.path), holder);
    },
  );
  try {
    return (waited ? resultsOf(run, pass) : undefined) ?? (await made(pass));
  } finally {
    release();
  }
}

/** What is kept, but what lacks images where these are to be an error, or are other files by now. */
function resultsOf(run: Run, { stage, data, part, path, identity }: KeptPass): PartResults | undefined {
  const known = readKept(run, { stage, data, part, path, identity });
  const lacking = known?.bad ?? [];
  const stillSo = lacking.every(
    ({ row, seen }) => run.options.onBadRow === "skip" && seenOf(stage, data, part, row) === seen,
  );
  if (known === undefined || !stillSo) return undefined;
  for (const { row, reason } of lacking) data.badImages.get(part)?.set(row, reason);
  return resultsIn(known.tensors);
}

async function made(pass: KeptPass): Promise<PartResults> {
  const { stage, data, part, path, identity } = pass;
  const sizes = pictureSizes(stage, data, part);
  const found = await pass.make();
  for (const [name, { values }] of found) refuseBroken(stage, tableOf(data, part), name, values);
  const bad = [...(data.badImages.get(part) ?? [])].map(
    ([row, reason]): BadImage => ({ row, reason, seen: seenOf(stage, data, part, row) }),
  );
  writeSealed(path, tensorsOf(found), {
    identity,
    part,
    ...pass.metadata,
    ...(sizes.length === 0 ? {} : { pictures: JSON.stringify(sizes) }),
    ...(bad.length === 0 ? {} : { bad: JSON.stringify(bad) }),
  });
  return found;
}

/** Weights that are finite may still make numbers that are not, which would be wrong scores and a wrong file later. */
function refuseBroken(stage: StagePlan, { image, rows }: AnnotationTable, name: string, values: Float32Array): void {
  const place = firstNotFinite(values);
  if (place < 0) return;
  const row = Math.floor((place * rows) / values.length);
  const where = image[row] || `row ${row + 1}`;
  throw new StageError(
    stage.label,
    `its \`${name}\` of ${where} is ${values[place]}; try a lower rate or max_grad_norm`,
  );
}

/** The sizes and times of a row's images, `-` where there is none: whether another file is there by now. */
function seenOf({ data: { fields } }: StagePlan, data: OpenData, part: Part, row: number): string {
  const table = tableOf(data, part);
  const found = [...fields].flatMap(([name, { kind }]) => {
    if (kind !== "images") return [];
    const stat = statSync(imagePath(data, name, table, row), { throwIfNoEntry: false });
    return [stat === undefined ? "-" : `${stat.size} ${stat.mtimeMs}`];
  });
  return found.join(", ");
}

function readKept(
  run: Run,
  { stage, data, part, path, identity }: Omit<KeptPass, "metadata" | "make">,
): { readonly tensors: Tensors; readonly bad: readonly BadImage[] } | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const { metadata } = headerOf(path);
    if (metadata["identity"] !== identity) return undefined;
    const { tensors } = readSealed(path);
    const other = otherPicture(stage, data, part, sizesIn(metadata["pictures"] ?? "[]", path));
    if (other !== undefined) throw new AlteredFile(path, `it is of other pictures: ${other}`);
    return { tensors, bad: metadata["bad"] === undefined ? [] : badRowsIn(metadata["bad"], path) };
  } catch (problem) {
    if (!(problem instanceof AlteredFile)) throw problem;
    run.options.watch.altered(problem);
    return undefined;
  }
}

function tensorsOf(results: PartResults): Tensors {
  return new Map(
    [...results].map(([name, { shape, values }]): [string, Tensor] => {
      const rows = values.length / shape.reduce((product, dim) => product * dim, 1);
      return [name, { dtype: "float32", shape: [rows, ...shape], data: values }];
    }),
  );
}

function resultsIn(tensors: Tensors): PartResults {
  return new Map(
    [...tensors].flatMap(([name, { shape, data }]) =>
      data instanceof Float32Array ? [[name, { shape: shape.slice(1), values: data }] as const] : [],
    ),
  );
}
