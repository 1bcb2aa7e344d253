import { type Graph, inputsOf } from "../../compiler/ir/graph.ts";
import type { ClipPlan, StagePlan } from "../../compiler/lower/plan.ts";
import type { Augmentation } from "../../compiler/lower/plan-augment.ts";
import type { TaskPlan } from "../../compiler/lower/plan-data.ts";
import type { AnnotationTable } from "../data/annotation-table.ts";
import { clipWindows, singleRows, someWindows, type Windows } from "../data/clips/clip-windows.ts";
import { BatchLoader, type FeatureMatrix, type Look } from "../data/loader/batch-loader.ts";
import { BlendOrder } from "../data/loader/blend-order.ts";
import { ImageSource, usualCache } from "../data/loader/image-source.ts";
import { hash } from "../data/loader/random.ts";
import type { OpenData, Part } from "../data/open-data.ts";
import type { FieldMatrix } from "../features/stored/field-matrix.ts";
import { drawWeights } from "./draw-weights.ts";
import { type Calendar, calendarOf, scheduleValue } from "./schedule-value.ts";
import { StageError } from "./stage-error.ts";

/** Where stages get what they read. */
export interface StageInputs {
  readonly data: OpenData;
  /** A finished stage's tensor, or an output of a network, for every row of a part: by the graph input that stands for it. */
  readonly feature: (input: string, part: Part) => FeatureMatrix;
  /** A stored field's numbers for every row of a part. */
  readonly field: (name: string, part: Part) => FieldMatrix;
  readonly skipBadImages: boolean;
  /** Told how far a pass over a part is, in batches. */
  readonly onPass: (part: Part, done: number, total: number) => void;
}

export interface LoaderRequest {
  readonly part: Part;
  readonly rows: Int32Array;
  readonly clip: ClipPlan | undefined;
  /** Which of so many windows, where not all are wanted. */
  readonly pick?: (count: number) => Int32Array;
  readonly batch: number;
  readonly training: boolean;
  readonly tasks: readonly TaskPlan[];
  /** The graphs that its batches are for. */
  readonly graphs: readonly Graph[];
  /** Of an evaluation, how its frames are changed, and which of so many versions that is. */
  readonly version?: { readonly augment: readonly Augmentation[]; readonly number: number; readonly of: number };
}

/** Those of a stage's fields that graphs read: one that works on stored features may read none. */
export function fieldsRead(plan: StagePlan, graphs: readonly Graph[]): readonly string[] {
  const read = new Set(
    graphs
      .flatMap(inputsOf)
      .flatMap(({ source }) => (source.role === "field" ? [source.name.replace(/^.*\//, "")] : [])),
  );
  return plan.fields.filter((field) => read.has(field));
}

/** Graph inputs that stand for what was made before the training: tensors of other stages, and outputs of networks. */
function featureInputs({ features, networks = [] }: StagePlan): readonly string[] {
  return [...features, ...networks.flatMap(({ outputs }) => outputs)].map(({ input }) => input);
}

/** What graphs read of stored fields: the numbers of each, and where they are. */
function storedFields(plan: StagePlan, inputs: StageInputs, part: Part): readonly [string, FeatureMatrix][] {
  return plan.fields.flatMap((name): readonly [string, FeatureMatrix][] => {
    const field = plan.data.fields.get(name);
    if (field?.kind !== "features") return [];
    const { shape, values, present } = inputs.field(name, part);
    const once = field.per === "video";
    return [
      [name, { shape, values, once }],
      [`${name}.present`, { shape: [1], values: present, once }],
    ];
  });
}

/** What is judged is of no step: its noise is a number. */
const never: Calendar = { stepsPerEpoch: 1, totalSteps: 1 };

/** What the schedules of augmentations have in a step. */
function strengthsAt(
  augment: readonly Augmentation[],
  step: number,
  calendar: Calendar,
): readonly (number | undefined)[] {
  return augment.map((each) => (each.kind === "noise" ? scheduleValue(each.deviation, step, calendar) : undefined));
}

/** What comes when in a training on several data sets. Throws a StageError where their shares cannot be had. */
function blendOf(
  plan: StagePlan,
  data: OpenData,
  windows: Windows,
  weights: Float64Array | undefined,
): BlendOrder | undefined {
  const { blend: shares, batch, seed, label } = plan;
  const starts = data.starts?.get("train");
  if (shares === undefined || starts === undefined) return undefined;
  let calendar = calendarOf(plan, 1);
  const sharesAt = (step: number) => shares.map((share) => scheduleValue(share, step, calendar));
  const order = new BlendOrder({ windows, starts, batch, seed, sharesAt, weights });
  const names = plan.data.joined?.map(({ name }) => name) ?? [];
  const [first = ""] = names;
  if (order.steps === 0) throw new StageError(label, `no row of ${first} is valid for it, by which epochs are counted`);
  calendar = calendarOf(plan, order.steps);
  for (let step = 0; step < Math.min(calendar.totalSteps, lookedAhead); step += 1) {
    const found = sharesAt(step);
    const sum = found.reduce((total, share) => total + share, 0);
    if (Math.abs(sum - 1) > 1e-6 || found.some((share) => share < -1e-9 || share > 1 + 1e-9))
      throw new StageError(
        label,
        `the shares of ${names.join(" and ")} are ${found.map((share) => Number(share.toFixed(6))).join(" and ")} in step ${step + 1}, and must come to 1`,
      );
    const empty = found.findIndex((share, part) => share > 0 && order.counts[part] === 0);
    if (empty >= 0) throw new StageError(label, `no row of ${names[empty]} is valid for it`);
  }
  return order;
}

/** A training by the clock has no last step. */
const lookedAhead = 1_000_000;

/** How a training sees its batches. */
function looksOf({ augment, hide = [], mix = [], views }: StagePlan): readonly (Look & Pick<StagePlan, "augment">)[] {
  if (views === undefined) return [{ prefix: "", augment, hide, mix }];
  return [...views].map(([name, view]) => ({ hide: [], mix: [], ...view, prefix: `${name}/` }));
}

/** A loader for one part of a stage's data, with its images and features; `close` ends its threads. */
export function stageLoader(
  plan: StagePlan,
  inputs: StageInputs,
  { part, rows, clip, pick, batch, training, tasks, graphs, version }: LoaderRequest,
): {
  readonly loader: BatchLoader;
  readonly table: AnnotationTable;
  /** Frames of the longest window, 1 without a clip. */
  readonly length: number;
  readonly close: () => Promise<void>;
} {
  const table = inputs.data.parts.get(part);
  if (table === undefined) throw new Error(`the data has no part ${part}`);
  const all = clip === undefined ? singleRows(rows) : clipWindows(table, clip, rows);
  const windows = pick === undefined ? all : someWindows(all, pick(all.count));
  // Before threads are opened, which a refusal would leave behind.
  const weights = training ? drawWeights(plan, table, rows, windows) : undefined;
  const blend = training ? blendOf(plan, inputs.data, windows, weights) : undefined;
  const calendar = training ? calendarOf(plan, blend?.steps ?? Math.ceil(windows.count / batch)) : undefined;
  const images = new Map<string, ImageSource>();
  const augment = version?.augment ?? [];
  const looks = training ? looksOf(plan) : [{ prefix: "", augment, hide: [], mix: [] }];
  // Where bad images are skipped, their rows teach nothing even if it is a stored feature that is read.
  for (const field of inputs.skipBadImages ? plan.fields : fieldsRead(plan, graphs)) {
    const spec = plan.data.fields.get(field);
    if (spec?.kind !== "images") continue;
    for (const [i, { prefix, augment }] of looks.entries())
      images.set(
        `${prefix}${field}`,
        new ImageSource(table, {
          folders: inputs.data.foldersOf(field),
          size: spec.size,
          augment,
          seed:
            version === undefined ? (i === 0 ? plan.seed : hash(plan.seed, i)) : hash(plan.seed, version.number, 0x77a),
          strengths: (step) => strengthsAt(augment, step, calendar ?? never),
          cacheBytes: usualCache / ((version?.of ?? 1) * looks.length),
          skipBad: inputs.skipBadImages,
          bad: inputs.data.badImages.get(part) ?? new Map(),
        }),
      );
  }
  const features = new Map([
    ...featureInputs(plan).map((input): [string, FeatureMatrix] => [input, inputs.feature(input, part)]),
    ...storedFields(plan, inputs, part),
  ]);
  const loader = new BatchLoader(
    {
      table,
      windows,
      time: clip !== undefined,
      images,
      features,
      tasks,
      pad: clip?.pad ?? "repeat",
      looks,
    },
    {
      batch,
      seed: plan.seed,
      training,
      fixedSize: training,
      ownLength: !training && clip?.whole === true,
      weights,
      blend,
      changed: training || augment.length > 0,
    },
  );
  return {
    loader,
    table,
    length: windows.length,
    close: async () => {
      await Promise.all([...images.values()].map((source) => source.close()));
    },
  };
}
