import type { AssemblyPlan, Fit, StagePlan } from "../../compiler/lower/plan.ts";
import type { DataPlan, TaskPlan } from "../../compiler/lower/plan-data.ts";
import type { Fitted } from "../assemble/cross-fit.ts";
import { type StreamContext, streamValues } from "../assemble/stream-values.ts";
import { type AnnotationTable, frameName } from "../data/annotation-table.ts";
import { DataError } from "../data/data-error.ts";
import type { LabelColumn } from "../data/label-column.ts";
import { judgedLabels, type OpenData, type Part, tableOf } from "../data/open-data.ts";
import { scoreTask, type TaskScore, trivialPrediction } from "../evaluate/score-task.ts";
import { assemblyStages } from "./plan-part.ts";
import type { Predictions } from "./prediction-csv.ts";
import type { Run } from "./run-plan.ts";

/** A task's result in an assembly or stage, beside what needs no picture. */
export interface Result {
  readonly of: string;
  readonly task: TaskPlan;
  readonly score: TaskScore;
  readonly trivial: TaskScore;
  /** Numbers that were fitted on the way. */
  readonly fitted: readonly Fitted[];
  /** The score by numbers that were fitted on the rows that are judged, where the score itself is cross-fitted: too good. */
  readonly optimistic: TaskScore | undefined;
  /** [rows, width] of the validation part. */
  readonly predictions: Float32Array;
  readonly labels: LabelColumn;
}

/** Scores on the validation part: every task of every assembly, then of every stage, as far as their stages are trained. */
export async function resultsOf(run: Run): Promise<readonly Result[]> {
  const results: Result[] = [];
  const finished = new Set<string>();
  for (const stage of run.plan.stages) if (await run.isFinished(stage)) finished.add(stage.hash);
  for (const assembly of run.plan.assemblies)
    if (assembly.only === undefined && assemblyStages(assembly).every((hash) => finished.has(hash)))
      results.push(...(await assemblyResults(run, assembly)));
  for (const plan of run.plan.stages) if (finished.has(plan.hash)) results.push(...(await stageResults(run, plan)));
  return results;
}

/** Of an assembly whose stages are trained. */
export async function assemblyResults(run: Run, assembly: AssemblyPlan): Promise<readonly Result[]> {
  const data = await run.dataOf(assembly.data);
  const all = await assembledValues(run, assembly, data, "val");
  const isOwn = ({ on, of }: Fitted) => on === "val" && of === undefined;
  const isFitted = all.some(({ fitted }) => fitted.some(isOwn));
  const fittedHere = isFitted ? await assembledValues(run, assembly, data, "val", { crossFitted: false }) : [];
  return all.map(({ task, values, fitted }) => {
    const here = fitted.some(isOwn) ? fittedHere.find((each) => each.task === task) : undefined;
    return resultOf(assembly.name, task, values, data, fitted, here?.values);
  });
}

/** Of a trained stage, by one of its checkpoints where it is named; none where nothing is there to judge it on. */
export async function stageResults(run: Run, plan: StagePlan, checkpoint?: string): Promise<readonly Result[]> {
  const data = await run.dataOf(plan.data);
  if (!data.parts.has("val")) return [];
  const results: Result[] = [];
  // What judges a stage may lack a task of it.
  for (const task of plan.tasks.filter(({ name }) => judgedLabels(data, "val", name) !== undefined))
    results.push(resultOf(plan.label, task, await run.predict(plan, task.name, "val", checkpoint), data));
  return results;
}

/** What an assembly or a stage says of every row of a part; undefined if nothing has this name. */
export async function predictionsOf(run: Run, name: string, part: Part): Promise<Predictions | undefined> {
  const assembly = run.plan.assemblies.find((each) => each.name === name);
  if (assembly !== undefined) {
    if (assembly.only !== undefined && part !== assembly.only)
      throw new DataError(`${name} is made for the part ${assembly.only} alone, not for ${part}`, {
        file: assembly.data.root,
      });
    const data = await run.dataOf(assembly.data);
    return { table: tableOf(data, part), tasks: await assembledValues(run, assembly, data, part) };
  }
  const stage = run.plan.stages.find(({ label }) => label === name);
  if (stage === undefined) return undefined;
  const tasks: { readonly task: TaskPlan; readonly values: Float32Array }[] = [];
  const table = tableOf(await run.dataOf(stage.data), part);
  for (const task of stage.tasks) tasks.push({ task, values: await run.predict(stage, task.name, part) });
  return { table, tasks };
}

interface AssembledValues {
  readonly task: TaskPlan;
  readonly values: Float32Array;
  readonly fitted: readonly Fitted[];
}

interface Assembling {
  /** Changes what stages say before anything is made of it. */
  readonly heads?: (values: Float32Array, part: Part) => Float32Array;
  /** Whether rows that numbers were fitted on are given as numbers of other videos make them; otherwise too good. */
  readonly crossFitted?: boolean;
}

/** An assembly's streams on a part. */
export async function assembledValues(
  run: Run,
  assembly: AssemblyPlan,
  data: OpenData,
  part: Part,
  { heads = (values) => values, crossFitted = true }: Assembling = {},
): Promise<readonly AssembledValues[]> {
  const all: AssembledValues[] = [];
  for (const { task, stream } of assembly.members) {
    const fitted = new Map<Fit, Fitted>();
    const contextOf = (plan: DataPlan, own: OpenData): StreamContext => {
      const context: StreamContext = {
        table: (each) => tableOf(own, each),
        head: async ({ stage, task: head, checkpoint }, each) =>
          heads(await run.predict(run.over(run.stageOf(stage), plan), head, each, checkpoint), each),
        fitted: (numbers, of) => fitted.set(of, numbers),
        crossFitted,
        over: async (other) => contextOf(other, await run.dataOf(other)),
        fold: async (hash, each) => {
          const trained = run.stageOf(hash).data;
          const rowsOf = await run.dataOf(trained);
          const places = placesIn(tableOf(rowsOf, "val"));
          const rows = tableOf(own, each);
          return {
            context: contextOf(trained, rowsOf),
            placeOf: (row) => places.get(frameName(rows, row)),
          };
        },
      };
      return context;
    };
    const context = contextOf(assembly.data, data);
    const values = await streamValues(stream, task, part, context);
    all.push({ task, values, fitted: [...fitted.values()] });
  }
  return all;
}

/** Rows of a table by their frame. */
function placesIn(table: AnnotationTable): ReadonlyMap<string, number> {
  return new Map(Array.from({ length: table.rows }, (_, row) => [frameName(table, row), row]));
}

function resultOf(
  of: string,
  task: TaskPlan,
  predictions: Float32Array,
  data: OpenData,
  fitted: readonly Fitted[] = [],
  fittedHere?: Float32Array,
): Result {
  const labels = judgedLabels(data, "val", task.name);
  const training = tableOf(data, "train").labels.get(task.name);
  if (labels === undefined || training === undefined) throw new Error(`no labels of ${task.name}`);
  const row = trivialPrediction(task.meaning, training);
  const trivial = Float32Array.from(predictions, (_, i) => row[i % row.length] ?? 0);
  return {
    of,
    task,
    score: scoreTask(task.meaning, predictions, labels),
    trivial: scoreTask(task.meaning, trivial, labels),
    fitted,
    optimistic: fittedHere === undefined ? undefined : scoreTask(task.meaning, fittedHere, labels),
    predictions,
    labels,
  };
}
