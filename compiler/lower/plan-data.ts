/** What of a plan says which data, as plain values; part of the contract of `plan.ts`. */
import type { TaskMeaning } from "../library/task.ts";

export interface TaskPlan {
  readonly name: string;
  readonly meaning: TaskMeaning;
}

export interface DataPlan {
  readonly name: string;
  readonly root: string;
  readonly format: FormatPlan;
  readonly fields: ReadonlyMap<string, FieldPlan>;
  /** Every task that the data can label. */
  readonly tasks: readonly TaskPlan[];
  readonly duplicates: "keep_first" | "keep_last" | "keep_all" | "error";
  readonly part: PartPlan;
  /** Of several data sets that are trained on together, all, the first being what the rest here is of. */
  readonly joined?: readonly DataPlan[];
  /** What judges in the place of the first's own validation rows: its validation part, or, where a part of it is meant, that. */
  readonly judged?: DataPlan;
}

/** Which rows: `usual` trains on the training part and is judged by the validation part, or of a fold by its own rows. */
export interface PartPlan {
  readonly of: "usual" | "train" | "val" | "test" | "all";
  readonly fold: number | undefined;
  /** How rows are cut into folds, where one is meant. */
  readonly cut?: FoldCut;
}

/** Parts for cross-validation: rows of the training and the validation part, those of one video, or that agree in a column, together. */
export interface FoldCut {
  readonly count: number;
  readonly by: "video" | "row" | { readonly column: string };
  readonly seed: number;
}

export type FormatPlan =
  | {
      readonly kind: "s_aff_wild2";
      /** Annotation files below the root by part; a part that is not given is absent. */
      readonly parts: Readonly<Partial<Record<"train" | "val" | "test", string>>>;
    }
  | {
      readonly kind: "csv";
      readonly file: string;
      readonly image: string | undefined;
      readonly video: string | undefined;
      readonly columns: ReadonlyMap<string, ColumnPlan>;
      readonly split: SplitPlan | undefined;
      /** The column that folds keep together, where there are such. */
      readonly folds?: string;
    }
  | {
      readonly kind: "folders";
      /** Every one is walked; an image is known by its path below the one that it is in. */
      readonly roots: readonly string[];
      /** Folders below the images' own by part; without one all images are one part. */
      readonly parts: Readonly<Partial<Record<PartName, string>>>;
      /** What the name of an image's folder labels. */
      readonly columns: ReadonlyMap<string, ColumnPlan>;
      readonly split: SplitPlan | undefined;
    }
  | {
      readonly kind: "bp4d";
      /** Folders of tables by part, below the root. */
      readonly parts: Readonly<Partial<Record<PartName, string>>>;
      readonly columns: ReadonlyMap<string, ColumnPlan>;
      readonly split: SplitPlan | undefined;
    }
  | {
      readonly kind: "aff_wild2";
      /** Folders of one file for each video, of one task each, by part; for `test` a list of videos. */
      readonly parts: Readonly<Partial<Record<PartName, readonly string[]>>>;
    }
  | { readonly kind: "synthetic"; readonly videos: number; readonly frames: number; readonly seed: number };

export type PartName = "train" | "val" | "test";

/** Columns that label a task: one for a scalar or classes, one for each unit. A cell that is empty or `missing` has no label. */
export interface ColumnPlan {
  readonly columns: readonly string[];
  readonly missing: string | undefined;
  /** Names of the classes in the order of the data's numbers, if cells hold numbers. */
  readonly classes: readonly string[] | undefined;
  /** Names that stand for several classes in equal shares. */
  readonly mixtures?: ReadonlyMap<string, readonly string[]>;
  /** The column of the rows' weights, at least 0: 0 is a missing label. */
  readonly weight?: string;
}

export type SplitPlan =
  | {
      readonly kind: "random";
      readonly share: number;
      /** A column; rows that agree in it are in one part. */
      readonly by: string | undefined;
      readonly seed: number;
    }
  /** Rows whose cell has the value of a part are in it; those of another value in none. */
  | {
      readonly kind: "column";
      readonly column: string;
      readonly values: Readonly<Partial<Record<PartName, string>>>;
    };

export type FieldPlan =
  | { readonly kind: "images"; readonly folder: string; readonly size: number }
  | {
      readonly kind: "features";
      readonly file: string;
      /** Sizes per frame. */
      readonly dims: readonly number[];
      readonly layout: string;
      readonly missing: "zero" | "nearest" | "mask" | "error";
      readonly per: "frame" | "video";
    };
