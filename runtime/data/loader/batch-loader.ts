import { maskWidthOf, widthOf } from "../../../compiler/library/task.ts";
import type { HidePlan, MixPlan } from "../../../compiler/lower/plan.ts";
import type { TaskPlan } from "../../../compiler/lower/plan-data.ts";
import type { Tensor, Tensors } from "../../engines/engine.ts";
import type { AnnotationTable } from "../annotation-table.ts";
import { ownLength, repeatedRow, type Windows } from "../clips/clip-windows.ts";
import type { BlendOrder } from "./blend-order.ts";
import type { DrawnBatch } from "./drawn-batch.ts";
import { hideFields } from "./hide-fields.ts";
import type { ImageSource } from "./image-source.ts";
import { mixBatch } from "./mix-batch.ts";
import { epochOrder, hash, weightedOrder } from "./random.ts";

/** Numbers for every row of the table: a finished stage's tensor, or a stored field. */
export interface FeatureMatrix {
  /** Sizes per row. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Whether all rows of a video have the same, and a clip takes it once. */
  readonly once?: boolean;
}

export interface LoaderSources {
  readonly table: AnnotationTable;
  readonly windows: Windows;
  /** Whether graphs have the axis time. */
  readonly time: boolean;
  readonly images: ReadonlyMap<string, ImageSource>;
  readonly features: ReadonlyMap<string, FeatureMatrix>;
  /** Tasks whose labels are wanted. */
  readonly tasks: readonly TaskPlan[];
  /** What padded places show. */
  readonly pad: "repeat" | "zero" | "mask";
  /** How the batch is seen, of a training: once as it is where it is not said. Images are then by `<prefix><field>`. */
  readonly looks?: readonly Look[];
}

/** A pass over the rows of a batch, with random changes of its own. */
export interface Look {
  /** What the names of its inputs begin with: nothing, or `<view>/`. */
  readonly prefix: string;
  readonly hide: readonly HidePlan[];
  readonly mix: readonly MixPlan[];
}

export interface LoaderOptions {
  readonly batch: number;
  readonly seed: number;
  /** Training: in a new order every epoch, and seen as it is said. */
  readonly training: boolean;
  /** Whether images are augmented: in training, where it is not said. */
  readonly changed?: boolean;
  /** In training windows are drawn with replacement in proportion to these; without, each comes once an epoch. */
  readonly weights?: Float64Array | undefined;
  /** In training on several data sets, what comes when: `weights` are then its own. */
  readonly blend?: BlendOrder | undefined;
  /** The last batch keeps its size by windows that do not count. */
  readonly fixedSize: boolean;
  /** A batch is only as long as the longest of its windows. */
  readonly ownLength?: boolean;
}

export interface Batch {
  readonly feeds: Tensors;
  /** [batch × length] rows of the table, −1 for padding. */
  readonly rows: Int32Array;
  /** Windows that count. */
  readonly windows: number;
}

const ahead = 2;

/** Batches by epoch and place: a pure function of both, made ready while the step before runs. */
export class BatchLoader {
  readonly steps: number;
  readonly #sources: LoaderSources;
  readonly #options: LoaderOptions;
  readonly #ready = new Map<string, Promise<Batch>>();
  #order: { readonly epoch: number; readonly order: Int32Array } | undefined;

  constructor(sources: LoaderSources, options: LoaderOptions) {
    this.#sources = sources;
    this.#options = options;
    this.steps = options.blend?.steps ?? Math.ceil(sources.windows.count / options.batch);
  }

  /** The batch at a place of an epoch; those after it begin to be made ready. */
  async at(epoch: number, index: number): Promise<Batch> {
    const batch = this.#request(epoch, index);
    let [e, i] = [epoch, index];
    for (let k = 0; k < ahead; k += 1) {
      i += 1;
      if (i >= this.steps) {
        if (!this.#options.training) break;
        [e, i] = [e + 1, 0];
      }
      // Its failure is told when it is asked for.
      this.#request(e, i).catch(() => undefined);
    }
    this.#ready.delete(`${epoch} ${index}`);
    return batch;
  }

  #request(epoch: number, index: number): Promise<Batch> {
    const key = `${epoch} ${index}`;
    const known = this.#ready.get(key);
    if (known !== undefined) return known;
    const made = this.#make(epoch, index);
    this.#ready.set(key, made);
    return made;
  }

  #orderOf(epoch: number): Int32Array {
    const { count } = this.#sources.windows;
    const { training, weights, seed } = this.#options;
    if (!training) return Int32Array.from({ length: count }, (_, i) => i);
    if (this.#order?.epoch !== epoch) {
      const order = weights === undefined ? epochOrder(count, seed, epoch) : weightedOrder(weights, seed, epoch);
      this.#order = { epoch, order };
    }
    return this.#order.order;
  }

  async #make(epoch: number, index: number): Promise<Batch> {
    const { windows, time, images, features, tasks, table, pad, looks = [asItIs] } = this.#sources;
    const { batch, training, fixedSize, weights, blend, changed = training } = this.#options;
    const blended = blend?.at(epoch * this.steps + index);
    const chosen = blended?.windows ?? this.#orderOf(epoch).slice(index * batch, (index + 1) * batch);
    const size = fixedSize ? batch : chosen.length;
    const length = this.#options.ownLength === true ? longestOf(windows, chosen) : windows.length;
    const rows = new Int32Array(size * length).fill(-1);
    const shown = new Int32Array(size * length).fill(-1);
    chosen.forEach((window, i) => {
      for (let k = 0; k < length; k += 1) {
        const row = windows.rows[window * windows.length + k] ?? -1;
        rows[i * length + k] = row;
        shown[i * length + k] = row >= 0 || pad === "zero" ? row : repeatedRow(windows, window, k);
      }
    });
    const clips = shown.map((_, i) => chosen[Math.floor(i / length)] ?? -1);
    const drawOf = (window: number) => blended?.draws[window] ?? index * batch + window;
    const draws = weights || blended ? shown.map((_, i) => drawOf(Math.floor(i / length))) : undefined;
    const lead = time ? [size, length] : [size];
    const feeds = new Map<string, Tensor>();
    feeds.set("present", { dtype: "float32", shape: lead, data: Float32Array.from(rows, (row) => (row >= 0 ? 1 : 0)) });
    for (const task of tasks) putLabels(feeds, task, table, rows, lead);
    for (const [input, { shape, values, once = false }] of features) {
      const width = shape.reduce((product, dim) => product * dim, 1);
      const own = once ? firstRows(rows, length) : shown;
      const axes = once ? [size] : lead;
      feeds.set(input, { dtype: "float32", shape: [...axes, ...shape], data: rowsOf(values, width, own) });
    }
    const pictures = [...images].map(async ([field, source]) => {
      const step = epoch * this.steps + index;
      const pixels = await source.images(shown, changed ? epoch : undefined, { draws, clips, step });
      feeds.set(field, { dtype: "uint8", shape: [...lead, source.size, source.size, 3], data: pixels });
      dropBad(feeds, tasks, source, rows);
    });
    await Promise.all(pictures);
    const once = new Set([...features].flatMap(([input, feature]) => (feature.once === true ? [input] : [])));
    const { seed } = this.#options;
    const drawn = { feeds, seed, epoch, index, windows: chosen.length, length, rows, draws, once };
    return { feeds: training ? seen(drawn, looks) : feeds, rows, windows: chosen.length };
  }
}

const asItIs: Look = { prefix: "", hide: [], mix: [] };

/** What all looks at a batch are fed: each with what is common to all and its own pictures. */
function seen(batch: DrawnBatch, looks: readonly Look[]): Tensors {
  const prefixes = looks.map(({ prefix }) => prefix).filter((prefix) => prefix !== "");
  const common = [...batch.feeds].filter(([name]) => !prefixes.some((prefix) => name.startsWith(prefix)));
  const fed = looks.flatMap(({ prefix, hide, mix }, i): (readonly [string, Tensor])[] => {
    const own = [...batch.feeds].flatMap(([name, tensor]): [string, Tensor][] =>
      prefix !== "" && name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
    );
    const look = { ...batch, feeds: new Map([...common, ...own]), seed: i === 0 ? batch.seed : hash(batch.seed, i) };
    const { feeds } = mixBatch(hideFields(look, hide), mix);
    return [...feeds].map(([name, tensor]) => [`${prefix}${name}`, tensor]);
  });
  // What a loss reads beside its views is common to all.
  return new Map([...common, ...fed]);
}

function longestOf(windows: Windows, chosen: Int32Array): number {
  return chosen.reduce((longest, window) => Math.max(longest, ownLength(windows, window)), 1);
}

/** Of each window the first row that is none of padding. */
function firstRows(rows: Int32Array, length: number): Int32Array {
  return Int32Array.from({ length: rows.length / length }, (_, i) => {
    const window = rows.subarray(i * length, (i + 1) * length);
    return window.find((row) => row >= 0) ?? -1;
  });
}

function putLabels(
  feeds: Map<string, Tensor>,
  { name, meaning }: TaskPlan,
  table: AnnotationTable,
  rows: Int32Array,
  lead: readonly number[],
): void {
  const width = widthOf(meaning);
  const maskWidth = maskWidthOf(meaning);
  const column = table.labels.get(name);
  const label = rowsOf(column?.values, width, rows);
  const mask = rowsOf(column?.weight, maskWidth, rows);
  feeds.set(`${name}.label`, { dtype: "float32", shape: [...lead, width], data: label });
  feeds.set(`${name}.mask`, { dtype: "float32", shape: [...lead, maskWidth], data: mask });
}

/** Rows of a matrix that has `width` numbers a row, in the order asked for; zeros for −1, and where there is no matrix. */
function rowsOf(from: Float32Array | undefined, width: number, rows: Int32Array): Float32Array {
  const result = new Float32Array(rows.length * width);
  if (from === undefined) return result;
  for (let i = 0; i < rows.length; ) {
    const row = rows[i] ?? -1;
    // The rows of a clip mostly follow one another, and are taken in one piece.
    let count = 1;
    while (row >= 0 && rows[i + count] === row + count) count += 1;
    if (row >= 0) result.set(from.subarray(row * width, (row + count) * width), i * width);
    i += count;
  }
  return result;
}

/** An image that could not be read teaches nothing. */
function dropBad(
  feeds: ReadonlyMap<string, Tensor>,
  tasks: readonly TaskPlan[],
  source: ImageSource,
  rows: Int32Array,
): void {
  if (source.bad.size === 0) return;
  for (const { name, meaning } of tasks) {
    const mask = feeds.get(`${name}.mask`)?.data;
    const width = maskWidthOf(meaning);
    if (!(mask instanceof Float32Array)) continue;
    rows.forEach((row, i) => {
      if (source.bad.has(row)) mask.fill(0, i * width, (i + 1) * width);
    });
  }
}
