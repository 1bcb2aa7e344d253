/** What expressions mean: the values of phases 3 and 4 (language rule 76). All are immutable. */

import type { Span } from "../diagnostics/source.ts";
import type { Dim } from "../ir/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { TaskMeaning } from "../library/task.ts";
import type { Metric } from "../lower/plan.ts";
import type {
  AssemblyNode,
  DataNode,
  Declaration,
  EncoderNode,
  Expr,
  ModelNode,
  ModuleNode,
  StageNode,
} from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import type { Search } from "./search.ts";
import type { ViewPass } from "./view-pass.ts";

export type Thing =
  | { readonly kind: "bool"; readonly value: boolean }
  | NumberThing
  /** A size known only as a symbol, such as that of `time`. */
  | { readonly kind: "size"; readonly dim: Dim }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "label"; readonly name: string }
  | QuantityThing
  | { readonly kind: "range"; readonly from: number | undefined; readonly to: number | undefined }
  | ListThing
  | MapThing
  | { readonly kind: "none" }
  | ShapeThing
  | { readonly kind: "tuple"; readonly items: readonly Thing[] }
  | TaskThing
  | DataThing
  | BlendThing
  /** `d.fold`, to be called with a number. */
  | { readonly kind: "folding"; readonly data: DataThing }
  | RecipeThing
  | LayerThing
  | ModelThing
  | StageThing
  | MemberThing
  | AssemblyThing
  | SweepThing
  | CallThing
  | CombinedThing
  | TensorThing
  /** One of the passes that a stage with views sees a batch in. */
  | { readonly kind: "view"; readonly pass: ViewPass }
  | ChosenThing
  /** A declaration with parameters, named without arguments. */
  | DeclarationThing
  /** Stands where a mistake has been reported: anything made of it is silent. */
  | { readonly kind: "poison" };

export interface NumberThing {
  readonly kind: "number";
  readonly value: number;
  readonly integer: boolean;
}

export type UnitName = "epochs" | "steps" | "hours" | "frames" | "rows" | "seconds";

export interface QuantityThing {
  readonly kind: "quantity";
  readonly value: number;
  readonly unit: UnitName;
}

export interface ListThing {
  readonly kind: "list";
  readonly items: readonly Thing[];
  /** Where each item was written, for messages; those that a loop makes stand at one place. */
  readonly places?: readonly Span[];
}

export interface MapThing {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Thing>;
  /** Where each key was written, for messages. */
  readonly places: ReadonlyMap<string, Span>;
}

export interface ShapeThing {
  readonly kind: "shape";
  /** Whether it begins with `..`. */
  readonly carried: boolean;
  readonly axes: readonly { readonly name: string; readonly size: Dim | undefined; readonly span: Span }[];
}

export interface TaskThing {
  readonly kind: "task";
  readonly name: string;
  readonly meaning: TaskMeaning;
  readonly activation: "sigmoid" | "softmax" | "tanh" | "none";
  /** Whether it has a metric. */
  readonly scored: boolean;
  /** The view whose pass is meant, in a loss of several (language rule 55). */
  readonly view?: ViewPass;
}

export interface DataThing {
  readonly kind: "data";
  readonly declaration: DataNode;
  readonly env: Env;
  readonly bound: ReadonlyMap<string, Thing>;
  readonly changes: readonly Change[];
  readonly key: string;
  readonly label: string;
  /** The block's values, evaluated, with every override. */
  readonly entries: ReadonlyMap<string, Thing>;
  readonly places: ReadonlyMap<string, Span>;
  /** The same before any override: what drawn faces stand in for. */
  readonly written: ReadonlyMap<string, Thing>;
  /** What decides which rows there are, and not what is read with them. */
  readonly annotations: string;
  readonly part: DataPart;
}

/**
 * Which rows of a data set are meant (language rule 41). Without `of`, training takes the training part and is judged by the
 * validation part; with a fold, those are all labelled rows but the fold, and the fold.
 */
export interface DataPart {
  readonly of: "train" | "val" | "test" | "all" | undefined;
  readonly fold: number | undefined;
}

export const usualPart: DataPart = { of: undefined, fold: undefined };

/** `blend({single: 0.7, compound: 0.3})`: several data sets in one batch, by share (language rule 42). */
export interface BlendThing {
  readonly kind: "blend";
  readonly parts: readonly { readonly data: DataThing; readonly share: Thing; readonly span: Span }[];
  readonly label: string;
}

/** A module with some of its arguments: fresh weights at every use, one set when it is named. */
export interface RecipeThing {
  readonly kind: "recipe";
  readonly name: string;
  readonly callee:
    | { readonly kind: "module"; readonly declaration: ModuleNode; readonly env: Env }
    | { readonly kind: "library" };
  readonly args: Arguments;
  readonly span: Span;
  /** The name by which it is called, if that is another: a parameter's. */
  readonly calledAs?: string;
}

/** Arguments as given: the compiler binds them to parameters where the module is applied, when the sizes are known. */
export interface Arguments {
  readonly positional: readonly Given[];
  readonly named: ReadonlyMap<string, Given>;
}

/** An argument keeps its expression: a label's meaning depends on the parameter's type. */
export interface Given {
  readonly expr: Expr | undefined;
  readonly env: Env | undefined;
  readonly thing: Thing | undefined;
  readonly span: Span;
  /** Where its name stands, if it was given by name. */
  readonly nameSpan?: Span;
}

export interface LayerThing {
  readonly kind: "layer";
  readonly path: string;
  /** One module, or several applied in turn. */
  readonly of: RecipeThing | { readonly kind: "sequence"; readonly layers: readonly LayerThing[] };
  readonly encoder: EncoderNode | undefined;
}

export interface ModelThing {
  readonly kind: "model";
  readonly declaration: ModelNode;
  readonly env: Env;
  readonly bound: ReadonlyMap<string, Thing>;
  readonly label: string;
}

export interface StageThing {
  readonly kind: "stage";
  /** Decides identity: the declaration, the arguments, the overrides. */
  readonly key: string;
  /** What makes it, whatever it is bound to. */
  readonly call: string;
  /** What a person calls it: the name it is bound to, else what makes it. */
  readonly label: string;
  readonly declaration: StageNode;
  readonly env: Env;
  /** Arguments by parameter, those given. */
  readonly bound: ReadonlyMap<string, Thing>;
  /** Overrides of the block's keys, with those of profiles. */
  readonly changes: readonly Change[];
  /** Arguments and overrides as written, without profiles, which stay stronger than a later `with`. */
  readonly base: { readonly bound: ReadonlyMap<string, Thing>; readonly changes: readonly Change[] };
  /** Where it was asked for. */
  readonly span: Span;
  /** One of the checkpoints that `keep` names, where one is meant. */
  readonly checkpoint?: string;
}

/** One `path: value` of a `with`, a profile or `--set`. */
export interface Change {
  readonly path: readonly string[];
  /** Where each segment of the path stands, if it is written as one. */
  readonly places?: readonly Span[];
  /** Evaluated where it was written, or with the model's names in scope if the key needs them. */
  readonly expr: Expr;
  readonly env: Env;
  readonly span: Span;
}

/** `s.x`: what it is depends on where it stands. */
export interface MemberThing {
  readonly kind: "member";
  readonly stage: StageThing;
  readonly name: string;
  readonly span: Span;
  /** Where the stage stands for the best of several, which is not known yet. */
  readonly choice?: ChosenThing;
}

export interface AssemblyThing {
  readonly kind: "assembly";
  readonly declaration: AssemblyNode;
  readonly env: Env;
  readonly bound: ReadonlyMap<string, Thing>;
  /** Entries that are replaced. */
  readonly changes: readonly Change[];
  readonly label: string;
}

export interface SweepThing {
  readonly kind: "sweep";
  readonly name: string;
  readonly points: readonly SweepPoint[];
  /** How they were drawn, and whether others follow once what these reach is known. */
  readonly search: (Search & { readonly open: boolean }) | undefined;
}

/** The best of several stages, known only after they are trained. */
export interface ChosenThing {
  readonly kind: "chosen";
  /** What the choice is among and by, as digits. */
  readonly key: string;
  readonly stages: readonly StageThing[];
  readonly metric: Thing;
  readonly judgedBy: Metric;
  /** Sweeps with a search, which may have more stages later. */
  readonly searches: readonly string[];
  /** Choices that come first, as they are among its stages. */
  readonly inner: readonly ChosenThing[];
}

/** One variant: a stage, or an assembly. */
export interface SweepPoint {
  readonly label: string;
  readonly thing: StageThing | AssemblyThing;
  /** What the axes are here, by name. */
  readonly axes: ReadonlyMap<string, Thing>;
  readonly span: Span;
  /** Which trial of a search it is of, from 0, and what its axes are: one for each seed is. */
  readonly trial?: { readonly number: number; readonly point: string };
}

/** A library call that is a value, such as `adamw(1e-5)` or `bce(au)`; its arguments can be overridden by name. */
export interface CallThing {
  readonly kind: "call";
  readonly family: Family;
  readonly name: string;
  readonly args: ReadonlyMap<string, Thing>;
  /** Where each argument was written, for messages. */
  readonly places?: ReadonlyMap<string, Span>;
  readonly span: Span;
  /** A loss of the user: its declaration and what it was given. */
  readonly declared?: {
    readonly declaration: ModuleNode;
    readonly env: Env;
    readonly args: Arguments;
    /** Where it was called. */
    readonly site: Env;
  };
}

export type Family =
  | "loss"
  | "metric"
  | "schedule"
  | "optimiser"
  | "augmentation"
  | "clip"
  | "weights"
  | "rows"
  | "keep"
  | "initialiser"
  | "class weights"
  | "field"
  | "format"
  | "labels"
  | "split"
  | "stream"
  | "fitted"
  | "meaning"
  | "mix"
  | "balance"
  | "term"
  | "sampler"
  | "freezing"
  | "adapter"
  | "space"
  | "search"
  | "pruner"
  | "blend";

/** Arithmetic over losses, metrics, schedules and rows. */
export interface CombinedThing {
  readonly kind: "combined";
  readonly family: "loss" | "metric" | "schedule" | "rows" | "stream";
  readonly operator: "+" | "-" | "*" | "/" | "and" | "or" | "not";
  readonly left: Thing;
  readonly right: Thing;
  readonly span: Span;
}

/** A value of the graph with named axes; the batch axis is the wire's first if `batched`, and has no name. */
export interface TensorThing {
  readonly kind: "tensor";
  readonly wire: Value;
  readonly batched: boolean;
  readonly axes: readonly string[];
}

export interface DeclarationThing {
  readonly kind: "declaration";
  readonly declaration: Declaration;
  readonly env: Env;
}

/** Where an argument of a call was written. */
export function placeIn({ places, span }: Pick<CallThing, "places" | "span">, name: string): Span {
  return places?.get(name) ?? span;
}

export const poison: Thing = { kind: "poison" };
export const none: Thing = { kind: "none" };

export function number(value: number): NumberThing {
  return { kind: "number", value, integer: Number.isInteger(value) };
}

/** A size as a number if it is one. */
export function sizeOf(dim: Dim): Thing {
  return typeof dim === "number" ? number(dim) : { kind: "size", dim };
}

/** The sizes of a tensor's named axes, in order. */
export function dimsOf(x: TensorThing): readonly Dim[] {
  return x.batched ? x.wire.type.shape.slice(1) : x.wire.type.shape;
}

/** A name given as a string, a label or a task. */
export function textOf(thing: Thing): readonly string[] {
  if (thing.kind === "string") return [thing.value];
  return thing.kind === "label" || thing.kind === "task" ? [thing.name] : [];
}
