import type { Tensor, Tensors } from "../../engines/engine.ts";

/** A batch of a training before it is changed at random, and the words that name its draws. */
export interface DrawnBatch {
  readonly feeds: Tensors;
  readonly seed: number;
  readonly epoch: number;
  readonly index: number;
  /** Windows that count: those behind them fill the batch up. */
  readonly windows: number;
  /** Rows of a window. */
  readonly length: number;
  /** [windows of the batch × length] rows of the table, −1 for padding. */
  readonly rows: Int32Array;
  /** Numbers that tell apart what is drawn more than once in an epoch, row by row. */
  readonly draws: Int32Array | undefined;
  /** Feeds that a window has once, whatever its length. */
  readonly once: ReadonlySet<string>;
}

/** The same batch with some of its tensors replaced. */
export function withFeeds(batch: DrawnBatch, changed: Iterable<readonly [string, Tensor]>): DrawnBatch {
  return { ...batch, feeds: new Map([...batch.feeds, ...changed]) };
}
