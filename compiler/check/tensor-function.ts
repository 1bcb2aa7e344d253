import type { Code, HolesOf } from "../diagnostics/catalogue.ts";
import type { DiagnosticExtras } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Value } from "../ir/graph.ts";
import type { Initialiser } from "../lower/plan.ts";
import type { FileFormat } from "./file-header.ts";
import type { KnownHeader, NamedFile } from "./look-at.ts";
import type { Adapter } from "./model-build.ts";
import type { AskedNetwork } from "./networks.ts";
import type { TensorThing, Thing } from "./things.ts";
import type { Params } from "./type.ts";

/** What surrounds one application of a tensor function. */
export interface Use {
  readonly g: GraphBuilder;
  /** The function's name, for messages. */
  readonly name: string;
  /** The width that the place wants, where the last step of a head leaves it out. */
  readonly expected: number | undefined;
  /** 1 for a real frame and 0 for a padded one, [batch, time]; only where a clip's padding is masked. */
  readonly present: Value | undefined;
  /** Whether sums and means without an axis run over everything: in a loss. */
  readonly overall: boolean;
  /** 1 for a real frame and 0 for a padded one, [batch, time], wherever there is a clip. */
  readonly frames: Value | undefined;
  /** Whether the stage has a clip, so that tensors can have the axis `time`. */
  readonly clipped: boolean;
  /** Notes that something works over the axis `time`. */
  overTime(): void;
  /** Whether padding may stand between real frames, not only behind them. */
  readonly paddingInside: boolean;
  /** The weight `<path of this layer>.<name>`; the same path gives the same weight. */
  parameter(name: string, shape: readonly number[], from: Initialiser): Value;
  /** What `adapt` adds to this layer, and its weights `<path of this layer>.<kind>.<name>`; undefined without. */
  readonly adapter:
    | {
        readonly of: Adapter;
        parameter(name: string, shape: readonly number[], from: Initialiser): Value;
      }
    | undefined;
  /** A running statistic `<path of this layer>.<name>`. */
  state(name: string, shape: readonly number[], start: number): Value;
  /** Its value after this step. */
  renew(name: string, value: Value): void;
  /** Two int32 that random ops start from. */
  seed(): Value;
  /** A number that no other random op of this model has. */
  stream(): number;
  /** The outputs of a network of a file, in the order in which they are asked for. */
  network(asked: AskedNetwork): readonly Value[];
  /** A number that changes from step to step by a schedule, a scalar; only training may depend on it. */
  scheduled(schedule: Thing): Value;
  /** The path of this layer's `name`. */
  pathOf(name: string): string;
  /** Says that this version checks it and cannot carry it out. */
  later(what: string): void;
  /** The header of a file that an argument names, if it can be looked at; `help` is for one of another kind. */
  headerOf(argument: string, file: string, format: FileFormat, help: NamedFile["help"]): KnownHeader | undefined;
  /** Where an argument was written, else the call. */
  placeOf(argument: string): Span;
  /** Reports a mistake at a place and goes on. */
  report<C extends Code>(code: C, span: Span, holes: HolesOf<C>, extras?: DiagnosticExtras): void;
  /** Reports a mistake, at the call if no other place is given, and gives up. */
  refuse<C extends Code>(code: C, holes: HolesOf<C>, extras?: DiagnosticExtras, place?: Span): never;
}

/** Arguments after conversion to their parameters' types, by name; those not given are absent. */
export type Args = ReadonlyMap<string, Thing>;

/** An op or a layer of the language's vocabulary (language rule 87), over tensors with named axes. */
export interface TensorFunction {
  /** What it does with shapes and all, for people. */
  readonly doc: string;
  /** Names of the tensors it takes, in order; `many` takes any number of them, as separate arguments or as one list. */
  readonly inputs: readonly string[] | "many";
  /** Inputs at the end of `inputs` that may be left out. */
  readonly optional?: number;
  readonly params: Params;
  /** A list is joined entry by entry, so that of one tensor is that tensor; one tensor outside a list is reduced. */
  readonly joins?: boolean;
  apply(use: Use, inputs: readonly TensorThing[], args: Args): Thing;
}

/** Tensor functions by name. */
export type TensorFunctions = Readonly<Record<string, TensorFunction>>;
